internal import Synchronization

/// Numbers of a tiled matrix that only some products need: made when the first of them asks.
final class LaneSums: Sendable {
  /// What is summed over the codes of each lane and slice.
  enum Kind: Int { case totals, products }

  private struct Found {
    /// Sums of codes less their zero points; and, for each quad, the products of neighbours, summed and
    /// negated, modulo 2³².
    var codes: [Buffer<Int32>?] = [nil, nil]
    var scales: Buffer<Float>?
    var valueOffsets: ValueOffsets?
  }

  private let found: Mutex<Found>

  init(products: Buffer<Int32>? = nil) { found = Mutex(Found(codes: [nil, products])) }

  func codes(_ kind: Kind, _ make: () -> Buffer<Int32>) -> Buffer<Int32> {
    found.withLock { found in
      let codes = found.codes[kind.rawValue] ?? make()
      found.codes[kind.rawValue] = codes
      return codes
    }
  }

  func scales(_ make: () -> Buffer<Float>) -> Buffer<Float> {
    found.withLock { found in
      let scales = found.scales ?? make()
      found.scales = scales
      return scales
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
