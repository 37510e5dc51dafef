public import AffineQuant

/// Mixes neighbouring columns by a Hadamard matrix, so that one column of large values no longer
/// decides the scale of all.
///
/// The matrix is block-diagonal, symmetric and its own inverse: with `H` on both operands
/// `(X · H) · (W · H)ᵀ = X · Wᵀ`, and applying it to a gradient of `X · H` gives the gradient of `X`.
///
/// Source: Xi et al., "Training Transformers with 4-bit Integers" (arXiv 2306.11987).
public struct HadamardTransform: Sendable, Hashable {
  /// How many columns are mixed with each other; a power of two.
  public let block: Int

  /// Blocks of the largest power of two that divides the columns, up to a limit; with blocks of one
  /// column nothing changes.
  ///
  /// - Parameters:
  ///   - columns: Of the matrices that are turned.
  ///   - limit: Columns of a block at most.
  public init(columns: Int, atMost limit: Int = 32) {
    var block = 1
    while 2 * block <= limit, columns > 0, columns.isMultiple(of: 2 * block) { block *= 2 }
    self.block = block
  }

  /// `matrix · H`.
  ///
  /// - Parameters:
  ///   - matrix: Its columns are whole blocks.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: As many rows and columns.
  /// - Throws: ``AffineQuant/ShapeError/misaligned(axis:position:block:)``: columns that are not whole
  ///   blocks.
  /// - Complexity: O(rows · columns · log of the block).
  public func callAsFunction(
    _ matrix: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    guard matrix.shape.columns.isMultiple(of: block) else {
      throw .misaligned(axis: "column", position: matrix.shape.columns, block: block)
    }
    return matrix.hadamardTransformed(block: block, on: execution)
  }
}
