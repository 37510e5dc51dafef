public import AffineLayers
public import AffineQuant

/// A matrix on a tape.
public struct Variable {
  /// What it holds; its rows and columns are ``shape``.
  public let value: StoredMatrix
  /// Where its gradient is gathered; `nil` for constants.
  let node: Int?

  /// A constant of any shape: nothing is differentiated by it.
  public init(_ value: Matrix<Float>) {
    self.init(value: .float32(value), node: nil)
  }

  /// A constant of any shape, as it is kept: a frozen weight in codes.
  public init(_ value: StoredMatrix) {
    self.init(value: value, node: nil)
  }

  init(value: StoredMatrix, node: Int?) {
    self.value = value
    self.node = node
  }

  /// The rows and columns.
  public var shape: Shape { value.shape }
}
