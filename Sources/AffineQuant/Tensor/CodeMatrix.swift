/// The monomorphic core of every quantized matrix: codes, scales, and what the types say as values.
///
/// `AffineQuantized` and the type-erased face wrap it; kernels read it.
package struct CodeMatrix: Sendable {
  package let type: QuantizedType
  package let grid: BlockGrid
  /// How the codes are tiled; `nil`: they lie row by row.
  package let tiles: PackedRHS?
  /// Row by row, each row a bit stream of whole bytes; or in the order of ``RHSLayout``.
  package let codes: Buffer<UInt8>
  /// One a block, or none.
  package let zeroPoints: Buffer<Int16>
  /// Scales and biases as codes, where the type says so and tiles do not hold them.
  package let coded: QuantizedScales?
  /// One a block, or none; empty where there are tiles, which have their own.
  private let blockScales, blockBiases: Buffer<Float>

  /// One a block, row by row, each a number that the scale format holds.
  package var scales: Buffer<Float> {
    tiles.map { $0.gathered($0.scales, grid) } ?? blockScales
  }

  /// One a block, or none.
  package var biases: Buffer<Float> {
    tiles.map { $0.gathered($0.biases, grid) } ?? blockBiases
  }

  package var shape: Shape { grid.shape }
  package var storage: CodeFormat { type.storage }

  /// The bytes of one row.
  package var rowBytes: Int { storage.byteCount(columns: shape.columns) }

  /// Bytes of codes, scales, zero points and biases: row by row those of a file, of a slice those that it keeps; of
  /// tiles those that lie in memory, with rows that fill a panel and the sums that products have asked for.
  package var byteCount: Int {
    if let tiles {
      return self.codes.count + tiles.byteCount + 2 * zeroPoints.count + (coded?.byteCount ?? 0)
    }
    let codes = shape.rows * rowBytes
    if let codedScales { return codes + codedScales.byteCount + 2 * zeroPoints.count }
    return codes + grid.extent.count * type.parameterBytes
  }

  /// The bytes of one row's codes; rows must be kept together.
  package func codeBytes(ofRow row: Int) -> Range<Int> { row * rowBytes..<(row + 1) * rowBytes }

  /// The scales of one row of blocks.
  package func blocks(ofRow row: Int) -> Range<Int> {
    let columns = grid.extent.columns
    let first = grid.blockRow(row) * columns
    return first..<first + columns
  }

  /// Trusts its arguments; what comes from outside goes through ``init(type:grid:parts:)``.
  package init(
    type: QuantizedType, grid: BlockGrid, tiles: PackedRHS? = nil, codes: Buffer<UInt8>,
    scales: Buffer<Float>, zeroPoints: Buffer<Int16>, biases: Buffer<Float>,
    coded: QuantizedScales? = nil
  ) {
    precondition(
      tiles != nil || (coded != nil) == (type.mapping.codes != nil),
      "scales of \(type.name) without their codes")
    self.type = type
    self.grid = grid
    self.tiles = tiles
    self.codes = codes
    blockScales = scales
    self.zeroPoints = zeroPoints
    blockBiases = biases
    self.coded = coded
  }

  /// Scales and biases as codes, also of tiles.
  package var codedScales: QuantizedScales? { coded ?? tiles?.codedScales(type, grid) }
}

extension CodeMatrix: Equatable {
  /// Whether the same codes lie in the same order, with equal parameters.
  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.type == rhs.type && lhs.grid == rhs.grid && lhs.tiles?.layout == rhs.tiles?.layout
      && lhs.codes == rhs.codes && lhs.scales == rhs.scales && lhs.zeroPoints == rhs.zeroPoints
      && lhs.biases == rhs.biases && lhs.codedScales == rhs.codedScales
  }
}
