/// A table of at most 16 values that are whole numbers after one factor, as E2M1 doubled: what products of codes
/// look up.
package struct WholeTable: Sendable {
  /// The numbers less the smallest, at most ``largest``; 16.
  let bytes: Buffer<UInt8>
  /// What stands for 0 in ``bytes``.
  let zero: Int
  /// What a number is multiplied by to give its value: a power of two.
  let factor: Float

  /// Kernels without dot products add a few products of a number and a byte in 16 bits.
  private static let largest: Float = 31

  init?(_ values: [Float]) {
    guard values.count <= 16, let least = values.min(), let most = values.max() else { return nil }
    let scale = (0...8).lazy.map { Float(1 << $0) }.first { scale in
      values.allSatisfy { ($0 * scale).rounded() == $0 * scale }
    }
    guard let scale, (most - least) * scale <= Self.largest, least.magnitude * scale <= 127 else {
      return nil
    }
    zero = -Int(least * scale)
    factor = 1 / scale
    bytes = Buffer(
      values.map { UInt8(($0 - least) * scale) }
        + [UInt8](repeating: 0, count: 16 - values.count))
  }
}

extension QuantizedType {
  /// What codes stand for as whole numbers; `nil` where they are whole numbers themselves, or do not stand for
  /// such.
  var wholeTable: WholeTable? {
    switch (mapping.kind, storage) {
    case (.codebook(let map), _): WholeTable(map.values)
    case (_, .float(.float4e2m1)): Self.halves
    default: nil
    }
  }

  private static let halves = WholeTable(SmallFloat.float4e2m1.values)

  /// Whether codes of a symmetric left side are multiplied with these as whole numbers.
  var multipliesCodes: Bool { isAffineInteger || block.isRowSliced && wholeTable != nil }
}
