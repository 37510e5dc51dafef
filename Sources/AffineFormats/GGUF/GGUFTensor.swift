public import AffineQuant

/// A tensor of a GGUF file.
public struct GGUFTensor: Sendable, Hashable {
  /// The name of the tensor.
  public let name: String
  /// The type of its blocks.
  public let type: GGUFTensorType
  /// Its extents, row-major: the file has them the other way round.
  public let dimensions: [Int]
  /// Where its bytes lie in its file.
  public let range: Range<Int>
  /// The number of its file, of a model in several.
  var part = 0

  /// The tensor as a matrix: leading dimensions fold into rows, a vector is one row.
  public var shape: Shape {
    Shape(dimensions.dropLast().reduce(1, *), dimensions.last ?? 1)
  }

  /// The bytes of some rows, from its first on.
  func bytes(of rows: Range<Int>) -> Range<Int> {
    let each = byteCount / max(shape.rows, 1)
    return rows.lowerBound * each..<rows.upperBound * each
  }

  /// How many bytes it takes.
  public var byteCount: Int { range.count }
}
