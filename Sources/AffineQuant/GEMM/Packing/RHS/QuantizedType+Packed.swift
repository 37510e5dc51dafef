extension QuantizedType {
  /// Bytes of a matrix that is packed for products on a CPU, before the first of them: what
  /// ``QuantizedMatrix/byteCount`` says then. `Int.max` for a shape that no memory holds.
  ///
  /// `sums` says whether those that products with several rows may need are counted.
  package func packedByteCount(
    of shape: Shape, on execution: Execution = .standard, sums hasSums: Bool = true
  ) -> Int {
    let rowMajor = byteCount(of: shape)
    guard liesInPanels, rowMajor > 0, rowMajor < .max else { return rowMajor }
    let tile = MatmulKernels.weightTile(self, execution), layout = RHSLayout(tile, storage)
    let panels = layout.panels(rows: shape.rows)
    guard Double(panels * layout.nr) * Double(shape.columns) < 0x1p56 else { return .max }
    let whole = min(block.columns, shape.columns)
    // Blocks of so many columns, and what is left for the last.
    let parts = [(shape.columns / whole, whole), (1, shape.columns % whole)]
    func sum(_ piece: Int) -> Int { parts.reduce(0) { $0 + $1.0 * (($1.1 + piece - 1) / piece) } }
    let (slices, lanes) = (sum(ContractedSlices.longest), panels * layout.nr)
    let codes = panels * sum(tile.kr) * layout.groupBytes
    let sums = hasSums && tile.multipliesPairs ? 4 * lanes * slices : 0
    return codes + sums + parameters(BlockGrid(shape, block).extent, lanes: lanes, slices: slices)
  }

  /// Bytes of scales, zero points and biases: one a lane and slice, of zero points also one a block, as a matrix has
  /// them, and where codes of scales do not lie evenly these beside the numbers.
  private func parameters(_ blocks: Shape, lanes: Int, slices: Int) -> Int {
    let zeroPoints = mapping.kind == .asymmetric ? 4 * lanes * slices + 2 * blocks.count : 0
    let count = mapping.kind == .biased ? 2 : 1
    guard let codes = mapping.codes, let scaleType else {
      return count * mapping.scale.byteCount * lanes * slices + zeroPoints
    }
    if block.rows == 1, slices == blocks.columns,
      let bytes = PackedScaleCodes.byteCount(codes, mapping.scale, lanes: lanes, slices: slices)
    {
      return count * bytes + zeroPoints
    }
    let mean = codes.table == nil ? 0 : 4
    return count * (4 * lanes * slices + scaleType.byteCount(of: blocks)) + mean + zeroPoints
  }
}
