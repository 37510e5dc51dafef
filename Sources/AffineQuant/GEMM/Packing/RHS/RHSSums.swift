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
      return 4 * (sums + (found.scaled?.count ?? 0) + offsets)
    }
  }

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
}
