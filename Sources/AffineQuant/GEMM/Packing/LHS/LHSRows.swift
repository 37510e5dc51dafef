/// The float rows of a left side: where they lie, or made when they are packed, each once.
///
/// It owns nothing that it points to.
@safe
package struct LHSRows: @unchecked Sendable {
  /// Makes a row, whose values stay until the same worker asks for the next one; takes an object first.
  package typealias Maker =
    @convention(c) (
      _ object: UnsafeRawPointer, _ row: Int, _ worker: Int
    ) -> UnsafePointer<Float>

  let shape: Shape
  private let object: UnsafeRawPointer
  /// `nil`: the object is the first value.
  private let maker: Maker?

  /// Rows that an object makes.
  package init(_ shape: Shape, madeBy object: UnsafeRawPointer, _ maker: @escaping Maker) {
    self.shape = shape
    unsafe self.object = unsafe object
    unsafe self.maker = unsafe maker
  }

  /// Rows that lie one after another.
  init(_ matrix: Matrix<Float>) {
    shape = matrix.shape
    unsafe object = UnsafeRawPointer(matrix.values.pointer)
    unsafe maker = nil
  }

  /// The values of a row.
  func values(ofRow row: Int, worker: Int) -> UnsafePointer<Float> {
    if let maker = unsafe maker { return unsafe maker(object, row, worker) }
    return unsafe object.assumingMemoryBound(to: Float.self) + row * shape.columns
  }
}
