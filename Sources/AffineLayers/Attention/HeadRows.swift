internal import AffineQuant
/// The columns of one head in the rows of one sequence, for as long as the matrix lives.
@safe
struct HeadRows {
  /// How far neighbouring rows lie apart.
  let stride: Int
  private let start: UnsafePointer<Float>

  init(_ matrix: Matrix<Float>, row: Int, column: Int) {
    stride = matrix.shape.columns
    unsafe start = matrix.values.pointer + row * stride + column
  }

  init(_ columns: MatrixColumns, row: Int, column: Int) {
    self.init(columns.matrix, row: row, column: columns.columns.lowerBound + column)
  }

  /// The first value.
  var pointer: UnsafePointer<Float> { unsafe start }

  /// The same to write.
  @safe
  struct Output {
    let stride: Int
    private let start: UnsafeMutablePointer<Float>

    /// Rows of `stride` values of memory that outlives every use of this.
    init(_ memory: DisjointMemory<Float>, stride: Int, row: Int, column: Int) {
      self.stride = stride
      unsafe start = memory.pointer + row * stride + column
    }

    var pointer: UnsafeMutablePointer<Float> { unsafe start }

    /// Makes the first values of some rows zero.
    func clear(rows: Int, columns: Int) {
      for row in 0..<rows {
        unsafe (start + row * stride).update(repeating: 0, count: columns)
      }
    }
  }
}
