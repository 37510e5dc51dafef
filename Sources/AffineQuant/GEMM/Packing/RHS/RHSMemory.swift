/// Where the panels of a right side go, and what belongs to them, one number a panel, slice and lane: each only
/// where it is asked for.
struct RHSMemory {
  var codes: DisjointMemory<UInt8>?
  /// Zero points of the unsigned codes.
  var zeros: DisjointMemory<Int32>?
  /// Sums of codes less their zero points; and, for each quad, the products of neighbours, summed and negated.
  var totals, products: DisjointMemory<Int32>?
  var scales, biases: DisjointMemory<Float>?
  /// Sums of codes, scaled.
  var scaled: DisjointMemory<Float>?
  /// What makes values of codes: see ``ValueOffsets``. Biases are then those that stay.
  var offsets: DisjointMemory<Float>?
  /// What each code stands for.
  var table: DisjointMemory<Float>?
  /// The same as whole numbers, where codes meet them.
  var whole: WholeTable?

  var hasSums: Bool { totals != nil || products != nil }

  init() {}

  /// All that a product of codes reads, in memory that it works in.
  init(
    _ packer: RHSPacker, totals needsTotals: Bool, scaled needsScaled: Bool, products: Bool,
    _ workspace: Workspace
  ) {
    let (count, matrix) = (packer.numberCount, packer.operand.codes)
    codes = workspace.take(packer.byteCount)
    zeros = matrix.zeroPoints.count > 0 ? workspace.take(count) : nil
    totals = needsTotals || needsScaled ? workspace.take(count) : nil
    self.products = products ? workspace.take(count) : nil
    scales = workspace.take(count)
    biases = matrix.biases.count > 0 ? workspace.take(count) : nil
    scaled = needsScaled ? workspace.take(count) : nil
    whole = matrix.type.wholeTable
  }

  /// All that a product of floats and codes reads, likewise.
  init(valuesOf packer: RHSPacker, _ workspace: Workspace) {
    let (count, matrix) = (packer.numberCount, packer.operand.codes)
    codes = workspace.take(packer.byteCount)
    scales = workspace.take(count)
    if let values = matrix.type.decodingTable {
      let table = workspace.take(matrix.type.productTableCount, of: Float.self)
      for place in 0..<table.count { table[place] = place < values.count ? values[place] : 0 }
      self.table = table
      return
    }
    zeros = matrix.zeroPoints.count > 0 ? workspace.take(count) : nil
    biases = matrix.biases.count > 0 ? workspace.take(count) : nil
    let layout = packer.layout
    let isNeeded = zeros != nil || biases != nil || layout.signedOffset != layout.offset
    offsets = isNeeded ? workspace.take(count) : nil
  }
}
