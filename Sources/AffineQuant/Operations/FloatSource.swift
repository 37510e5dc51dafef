/// Where a float product finds the values of an operand.
enum FloatSource {
  case float32(Matrix<Float>)
  case float16(Matrix<Float16>)
  case bfloat16(Matrix<BFloat16>)
  /// Codes row by row, whose values are computed as they are read.
  case codes(CodeMatrix)

  init<Element: FloatElement>(_ matrix: Matrix<Element>) {
    switch matrix {
    case let same as Matrix<Float>: self = .float32(same)
    case let half as Matrix<Float16>: self = .float16(half)
    case let brain as Matrix<BFloat16>: self = .bfloat16(brain)
    default: self = .float32(matrix.converted())
    }
  }

  var shape: Shape {
    switch self {
    case .float32(let matrix): matrix.shape
    case .float16(let matrix): matrix.shape
    case .bfloat16(let matrix): matrix.shape
    case .codes(let matrix): matrix.shape
    }
  }

  /// Reads some columns of a row.
  func read(
    _ row: Int, _ columns: Range<Int>, into output: inout MutableSpan<Float>, _ execution: Execution
  ) {
    switch self {
    case .float32(let matrix): Self.copy(matrix, row, columns, &output)
    case .float16(let matrix): Self.copy(matrix, row, columns, &output)
    case .bfloat16(let matrix): Self.copy(matrix, row, columns, &output)
    case .codes(let matrix):
      var runs = RowRuns(matrix, columns)
      matrix.dequantize(row, &runs, into: &output, execution)
    }
  }

  private static func copy<Element: FloatElement>(
    _ matrix: Matrix<Element>, _ row: Int, _ columns: Range<Int>,
    _ output: inout MutableSpan<Float>
  ) {
    let start = row * matrix.shape.columns
    let source = matrix.values.span.extracting(
      start + columns.lowerBound..<start + columns.upperBound)
    Element.widen(source, into: &output)
  }
}
