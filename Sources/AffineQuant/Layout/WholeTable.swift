/// A table of at most 16 values, or of 64, that are whole numbers after one factor, as E2M1 doubled: what products of
/// codes look up.
package struct WholeTable: Sendable {
  /// The numbers less the smallest; 16 or 64.
  let bytes: Buffer<UInt8>
  /// What stands for 0 in ``bytes``.
  let zero: Int
  /// What a number is multiplied by to give its value: a power of two.
  let factor: Float

  init?(_ values: [Float]) {
    guard values.count <= 64, let least = values.min(), let most = values.max() else { return nil }
    let scale = (0...8).lazy.map { Float(1 << $0) }.first { scale in
      values.allSatisfy { ($0 * scale).rounded() == $0 * scale }
    }
    // Kernels without dot products add products of a number and a byte in 16 bits: of 16 values a few, else two.
    let (count, largest): (Int, Float) = values.count <= 16 ? (16, 31) : (64, 127)
    guard let scale, (most - least) * scale <= largest, least.magnitude * scale <= 127 else {
      return nil
    }
    zero = -Int(least * scale)
    factor = 1 / scale
    bytes = Buffer(
      values.map { UInt8(($0 - least) * scale) }
        + [UInt8](repeating: 0, count: count - values.count))
  }
}

extension QuantizedType {
  /// What codes stand for as whole numbers, where kernels look such up; `nil` where codes are whole numbers
  /// themselves, or do not stand for such: E3M2 has 448 and a sixteenth.
  var wholeTable: WholeTable? {
    switch (mapping.kind, storage) {
    case (.codebook(let map), _) where panelForm == .uint4: map.whole
    case (_, .float(.float4e2m1)): Self.halves
    case (_, .float(.float6e2m3)) where panelForm == .uint6: Self.eighths
    default: nil
    }
  }

  private static let halves = WholeTable(SmallFloat.float4e2m1.values)
  private static let eighths = WholeTable(SmallFloat.float6e2m3.values)

  /// Whether codes of a symmetric left side are multiplied with these as whole numbers.
  var multipliesCodes: Bool { isAffineInteger || block.isRowSliced && wholeTable != nil }
}
