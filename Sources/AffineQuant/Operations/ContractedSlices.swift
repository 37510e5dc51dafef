/// The contracted axis, cut wherever a scale of either operand changes.
struct ContractedSlices: Sendable, Hashable {
  /// The columns of each slice.
  let ranges: [Range<Int>]
  /// Quads of codes in each slice, the last one padded.
  let quads: [UInt32]
  /// All quads.
  let quadCount: Int
  /// Whether no slice is padded, so that a row of bytes is its own row of quads.
  let isUnpadded: Bool

  /// The longest slice whose sums surely fit in 32 bits: 255² · 32768 < 2³¹. Longer runs of one
  /// scale are cut, and their parts added in float like other slices.
  static let longest = 32_768

  /// Cuts where the columns of blocks of any of the grids end. All have the same columns.
  init(_ grids: [BlockGrid], longest: Int = Self.longest) {
    var ranges: [Range<Int>] = []
    var start = 0
    let columns = grids.first?.shape.columns ?? 0
    while start < columns {
      // The next end of a block of any of them.
      var end = columns
      for grid in grids {
        end = min(end, grid.columns(ofBlock: grid.blockColumn(start)).upperBound)
      }
      ranges.append(start..<min(end, start + longest))
      start = min(end, start + longest)
    }
    self.ranges = ranges
    quads = ranges.map { UInt32(($0.count + 3) / 4) }
    quadCount = quads.reduce(0) { $0 + Int($1) }
    isUnpadded = ranges.allSatisfy { $0.count.isMultiple(of: 4) }
  }

  /// The slices of a product: those that a tiled right operand has already, where no block of the left
  /// one ends inside of them.
  init(of rhs: CodeMatrix, against grid: BlockGrid) {
    if let tiles = rhs.tiles, tiles.slices.keepsBlocks(of: grid) {
      self = tiles.slices
    } else {
      self.init([grid, rhs.grid])
    }
  }

  private func keepsBlocks(of grid: BlockGrid) -> Bool {
    grid.extent.columns == 1
      || ranges.allSatisfy {
        grid.blockColumn($0.lowerBound) == grid.blockColumn($0.upperBound - 1)
      }
  }

  /// For each of these slices the one of coarser slices that it is a part of, if the codes of both lie
  /// in one order: if every cut inside a coarser slice falls between two quads.
  func parents(in coarser: ContractedSlices) -> [UInt32]? {
    var parent = 0
    var parents: [UInt32] = []
    for slice in ranges {
      while parent < coarser.ranges.count, coarser.ranges[parent].upperBound <= slice.lowerBound {
        parent += 1
      }
      guard parent < coarser.ranges.count else { return nil }
      let range = coarser.ranges[parent]
      guard slice.upperBound <= range.upperBound,
        (slice.lowerBound - range.lowerBound).isMultiple(of: 4)
      else { return nil }
      parents.append(UInt32(parent))
    }
    return parents
  }

  /// The bytes of a padded row.
  var rowBytes: Int { quadCount * 4 }
}
