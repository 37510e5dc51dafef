extension AddedKernel.Family {
  /// Why both sides cannot be packed for a kernel of the family with a tile, with the tile's numbers; `nil`: they can.
  package func flaw(of tile: KernelTile) -> String? {
    let forms = forms
    guard forms.lhs.contains(tile.lhs), tile.rhs == forms.rhs else {
      let lhs = forms.lhs.map { "\($0)" }.joined(separator: " or ")
      return "\(self) as \(tile.lhs) against \(tile.rhs), not \(lhs) against \(forms.rhs)"
    }
    switch self {
    case .bytes, .nibbles: return Self.flaw(ofGroups: tile.kr) ?? Self.flaw(ofBytes: tile)
    case .weightBytes, .weightNibbles, .tableBytes, .tableNibbles:
      return Self.flaw(ofGroups: tile.kr) ?? Self.flaw(ofWeights: tile)
    case .floats:
      // Index after index of all lanes: neither run nor k-group is longer than one float.
      return tile.kr == 1 && tile.lhsRun == 1
        ? nil : "floats in k-groups of \(tile.kr) and runs of \(tile.lhsRun), not of 1"
    }
  }

  /// The forms that the family's struct of arguments has.
  private var forms: (lhs: [PackedForm], rhs: PackedForm) {
    switch self {
    case .bytes: ([.int8, .int16Pairs], .uint8)
    case .nibbles: ([.int8, .int16Pairs], .uint4)
    case .weightBytes, .tableBytes: ([.float32], .uint8)
    case .weightNibbles, .tableNibbles: ([.float32], .uint4)
    case .floats: ([.float32], .float32)
    }
  }

  /// Codes are summed four at a time, and long slices are cut between k-groups: both must come out even.
  private static func flaw(ofGroups kr: Int) -> String? {
    kr.isMultiple(of: 4) && ShortSlices.longest.isMultiple(of: kr)
      ? nil
      : "k-groups of \(kr) codes, neither 4 nor a multiple that divides \(ShortSlices.longest)"
  }

  private static func flaw(ofBytes tile: KernelTile) -> String? {
    let (kr, run) = (tile.kr, tile.lhsRun)
    if kr.isMultiple(of: run) {
      // Numbers of 16 bits are made of whole fours of one row.
      return run.isMultiple(of: 4) || !tile.multipliesPairs
        ? nil : "runs of \(run) numbers of 16 bits, not of whole fours"
    }
    // The last run of a row may end early where runs are copied: not where a kernel lays or widens them.
    return tile.multipliesPairs || Runs.areInterleaved(run)
      ? "runs of \(run) codes in k-groups of \(kr), which are no whole runs" : nil
  }

  private static func flaw(ofWeights tile: KernelTile) -> String? {
    guard tile.lhsRun == 1 else { return "runs of \(tile.lhsRun) floats, not of 1" }
    // Memory for all of a row as floats would take as long to fill as the product.
    return tile.scratch == .max
      ? "scratch for \(tile.scratch) codes, of which floats are made" : nil
  }
}
