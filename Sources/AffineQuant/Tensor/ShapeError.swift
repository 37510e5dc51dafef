/// A shape or an index that an operation cannot take.
public enum ShapeError: Error, Hashable {
  /// The number of elements is not what the shape asks for.
  case wrongCount(of: String, expected: Int, found: Int)
  /// A shape with a negative extent, or with more elements than an `Int` counts.
  case invalid(rows: Int, columns: Int)
  /// The contracted extents of a product differ.
  case mismatchedDepth(lhs: Int, rhs: Int)
  /// Two matrices that must agree in an extent do not.
  case mismatchedExtent(axis: String, lhs: Int, rhs: Int)
  /// A row or a range of rows or columns that the matrix does not have.
  case outOfRange(axis: String, index: Int, extent: Int)
  /// A join inside a group or block, whose two halves have scales of their own.
  case misaligned(axis: String, position: Int, block: Int)
  /// A result that is given has not the shape of what it would hold.
  case mismatchedResult(expected: Shape, found: Shape)
}

extension ShapeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongCount(let what, let expected, let found):
      "\(expected) \(what) are needed and \(found) were given"
    case .invalid(let rows, let columns):
      "a matrix cannot have \(rows) rows and \(columns) columns"
    case .mismatchedDepth(let lhs, let rhs):
      "the contracted extents of a product must agree: \(lhs) and \(rhs) do not"
    case .mismatchedExtent(let axis, let lhs, let rhs):
      "both matrices must have the same number of \(axis): \(lhs) and \(rhs) are not"
    case .outOfRange(let axis, let index, let extent):
      "\(axis) \(index) is outside a matrix with \(extent)"
    case .misaligned(let axis, let position, let block):
      "\(axis) \(position) lies inside a block of \(block): the join would need two scales in it"
    case .mismatchedResult(let expected, let found):
      "the result has the shape \(expected), and the matrix for it \(found)"
    }
  }
}
