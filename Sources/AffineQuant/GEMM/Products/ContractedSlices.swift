/// The contracted axis, cut wherever a scale of either operand changes. An object, which every product passes
/// on.
final class ContractedSlices: Sendable {
  /// The columns of each slice.
  let ranges: [Range<Int>]
  /// Codes of a k-group.
  let kr: Int
  /// Where each slice ends.
  let ends: Buffer<Int>
  /// K-groups of each slice, the last one padded.
  let groups: Buffer<UInt32>
  /// The same in fours of codes: what kernels that work on rows count. K-groups of codes are whole fours, since
  /// tiles with others are refused (`AddedKernel.Family.flaw`); of scales, whose k-groups are single, nobody asks.
  let quads: Buffer<UInt32>
  /// All k-groups.
  let groupCount: Int
  /// Whether no slice is padded, so that a row of codes is its own row of k-groups.
  let isUnpadded: Bool
  /// Whether a column is the code of its number in a row of k-groups: no slice but the last is padded.
  let keepsColumns: Bool

  /// The longest slice whose sums surely fit in 32 bits: 255² · 32768 < 2³¹. Longer runs of one
  /// scale are cut, and their parts added in float like other slices.
  static let longest = 32_768

  /// Cuts where the columns of blocks of any of the grids end. All have the same columns.
  init(_ grids: [BlockGrid], kr: Int, longest: Int = ContractedSlices.longest) {
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
    self.kr = kr
    let counts = ranges.map { UInt32(($0.count + kr - 1) / kr) }
    ends = Buffer(ranges.map(\.upperBound))
    groups = Buffer(counts)
    quads = kr == 4 ? groups : Buffer(counts.map { $0 * UInt32(kr / 4) })
    groupCount = counts.reduce(0) { $0 + Int($1) }
    isUnpadded = ranges.allSatisfy { $0.count.isMultiple(of: kr) }
    keepsColumns = ranges.dropLast().allSatisfy { $0.count.isMultiple(of: kr) }
  }

  /// The slices of a product with blocks on the left: those that a tiled right operand has already, where none of
  /// those blocks ends inside of them.
  static func of(_ rhs: CodeMatrix, against grid: BlockGrid, kr: Int) -> ContractedSlices {
    guard let tiles = rhs.tiles, tiles.slices.kr == kr else {
      return ContractedSlices([grid, rhs.grid], kr: kr)
    }
    return tiles.slices.keepsBlocks(of: grid) ? tiles.slices : rhs.cut(tiles, against: grid).slices
  }

  /// Whether no block of a left side ends inside of a slice.
  func keepsBlocks(of grid: BlockGrid) -> Bool {
    grid.extent.columns == 1
      || ranges.allSatisfy {
        grid.blockColumn($0.lowerBound) == grid.blockColumn($0.upperBound - 1)
      }
  }

  /// For each of these slices the one of coarser slices that it is a part of, if the codes of both lie
  /// in one order: if every cut inside a coarser slice falls between two k-groups.
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
        (slice.lowerBound - range.lowerBound).isMultiple(of: kr)
      else { return nil }
      parents.append(UInt32(parent))
    }
    return parents
  }

  /// The codes of a padded row.
  var depth: Int { groupCount * kr }

  /// All k-groups, and those of each slice, as a kernel counts them that reads panels of a form: squeezed ones in
  /// fours of codes.
  func counts(in form: PackedForm) -> (all: Int, ofSlices: Buffer<UInt32>) {
    form.isSqueezed ? (depth / 4, quads) : (groupCount, groups)
  }

  /// Copies a row, slice after slice, each padded with zeros.
  func pad<Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ row: borrowing Span<Value>, into padded: inout MutableSpan<Value>
  ) {
    SlicePadding(self).pad(row, into: &padded)
  }

  /// The reverse.
  func unpad<Value: BitwiseCopyable>(
    _ padded: borrowing Span<Value>, into row: inout MutableSpan<Value>
  ) {
    var position = 0
    for (index, range) in ranges.enumerated() {
      var slice = row.part(range)
      slice.copy(padded.extracting(position..<position + range.count))
      position += Int(groups[index]) * kr
    }
  }
}

extension ContractedSlices: Equatable {
  /// Whether rows are cut and padded alike.
  static func == (lhs: ContractedSlices, rhs: ContractedSlices) -> Bool {
    lhs === rhs || lhs.kr == rhs.kr && lhs.ranges == rhs.ranges
  }
}
