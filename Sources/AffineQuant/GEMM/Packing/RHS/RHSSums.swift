internal import Synchronization

/// Numbers of a tiled matrix that only some products need: made when the first of them asks.
final class RHSSums: Sendable {
  /// What is summed over the codes of each lane and slice.
  enum Kind: Int { case totals, products }

  private struct Found {
    /// Sums of codes less their zero points; and, for each quad, the products of neighbours, summed and
    /// negated, modulo 2³².
    var codes: [Buffer<Int32>?] = [nil, nil]
    /// Sums of codes, scaled.
    var scaled: Buffer<Float>?
    var valueOffsets: ValueOffsets?
    var cut: Cut?
  }

  /// How a product with blocks on the left cuts panels whose slices are longer.
  struct Cut {
    /// Of a block on the left, and of the first one, cut off.
    let columns, origin: Int
    let slices: ContractedSlices
    /// Whether the codes may stay where they lie.
    let isFiner: Bool
    /// Their numbers again, one for each slice.
    fileprivate(set) var panels: PackedRHS?
  }

  private let found: Mutex<Found>

  init(totals: Buffer<Int32>? = nil, products: Buffer<Int32>? = nil) {
    found = Mutex(Found(codes: [totals, products]))
  }

  /// Those of matrices that lie above each other, all but the last in whole panels: sums of codes that each has.
  init(joining parts: [RHSSums]) {
    let sums = parts.map { part in part.found.withLock { $0.codes } }
    let joined = [Kind.totals, .products].map { kind in
      let those = sums.compactMap { $0[kind.rawValue] }
      return those.count == parts.count ? Buffer(joining: those) : nil
    }
    found = Mutex(Found(codes: joined))
  }

  /// Bytes of what has been asked for.
  var byteCount: Int {
    found.withLock { found in
      let sums = found.codes.reduce(0) { $0 + ($1?.count ?? 0) }
      let offsets = found.valueOffsets.map { $0.zeros.count + $0.biases.count } ?? 0
      let cut = found.cut?.panels?.byteCount ?? 0
      return 4 * (sums + (found.scaled?.count ?? 0) + offsets) + cut
    }
  }

  /// Whether somebody has asked for them, or they came with the codes.
  func holds(_ kind: Kind) -> Bool { found.withLock { $0.codes[kind.rawValue] != nil } }

  func codes(_ kind: Kind, _ make: () -> Buffer<Int32>) -> Buffer<Int32> {
    found.withLock { found in
      let codes = found.codes[kind.rawValue] ?? make()
      found.codes[kind.rawValue] = codes
      return codes
    }
  }

  func scaled(_ make: () -> Buffer<Float>) -> Buffer<Float> {
    // What makes them asks for others, so the lock is free meanwhile. Of two that make them the first one's stay:
    // products have their address, and nothing else keeps them.
    if let scaled = found.withLock({ $0.scaled }) { return scaled }
    let made = make()
    return found.withLock { found in
      let scaled = found.scaled ?? made
      found.scaled = scaled
      return scaled
    }
  }

  func valueOffsets(_ make: () -> ValueOffsets) -> ValueOffsets {
    found.withLock { found in
      let offsets = found.valueOffsets ?? make()
      found.valueOffsets = offsets
      return offsets
    }
  }

  /// The cut for blocks on the left, of the latest that differ.
  func cut(_ lhs: BlockGrid, _ make: () -> (slices: ContractedSlices, isFiner: Bool)) -> Cut {
    found.withLock { found in
      if let cut = found.cut, cut.columns == lhs.block.columns, cut.origin == lhs.origin.columns {
        return cut
      }
      let (slices, isFiner) = make()
      let cut = Cut(
        columns: lhs.block.columns, origin: lhs.origin.columns, slices: slices, isFiner: isFiner)
      found.cut = cut
      return cut
    }
  }

  /// The panels of a cut; of two that make them the first one's stay, where the cut does.
  func panels(of cut: Cut, _ make: () -> PackedRHS) -> PackedRHS {
    if let panels = cut.panels { return panels }
    let made = make()
    return found.withLock { found in
      guard found.cut?.slices === cut.slices else { return made }
      let panels = found.cut?.panels ?? made
      found.cut?.panels = panels
      return panels
    }
  }
}
