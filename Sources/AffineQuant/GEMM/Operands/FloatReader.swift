/// Reads parts of the rows of an operand as floats: copies, widens or dequantizes them.
struct FloatReader: Sendable {
  let source: FloatSource
  let kernels: ValueKernels

  var shape: Shape { source.shape }

  /// Reads some columns of a row.
  func read(_ row: Int, _ columns: Range<Int>, into output: inout MutableSpan<Float>) {
    let start = row * shape.columns
    let range = start + columns.lowerBound..<start + columns.upperBound
    switch source {
    case .float32(let matrix): output.copy(matrix.values.span.extracting(range))
    case .float16(let matrix):
      unsafe widen(UnsafeRawPointer(matrix.values.pointer + range.lowerBound), into: &output)
    case .bfloat16(let matrix):
      unsafe widen(UnsafeRawPointer(matrix.values.pointer + range.lowerBound), into: &output)
    case .codes(let matrix):
      guard let dequantize = kernels.dequantize else { preconditionFailure("no kernels for codes") }
      var runs = RowRuns(matrix, columns)
      dequantize(matrix, row, &runs, into: &output)
    }
  }

  /// Reads the same columns of some rows, one row after the other.
  func read(_ rows: Range<Int>, _ columns: Range<Int>, into output: inout MutableSpan<Float>) {
    let count = columns.count
    guard case .codes(let matrix) = source, let dequantize = kernels.dequantize else {
      for (index, row) in rows.enumerated() {
        var target = output.part(index * count..<(index + 1) * count)
        read(row, columns, into: &target)
      }
      return
    }
    // The same runs for all: making them costs as much as some hundred values.
    var runs = RowRuns(matrix, columns)
    for (index, row) in rows.enumerated() {
      var target = output.part(index * count..<(index + 1) * count)
      dequantize(matrix, row, &runs, into: &target)
    }
  }

  private func widen(_ halves: UnsafeRawPointer, into floats: inout MutableSpan<Float>) {
    guard let widen = kernels.widen else { preconditionFailure("no kernel for halves") }
    unsafe widen.widen(halves, into: &floats)
    withExtendedLifetime(source) {}
  }
}
