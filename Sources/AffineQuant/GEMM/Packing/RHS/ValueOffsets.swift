/// What makes values of the signed codes of a tile: `(code − zero) · scale + bias`.
///
/// A bias is a zero point that need not be whole, `−bias / scale`: taken from each code it leaves nothing to
/// cancel where a value is zero. Only where that is too large for a code to matter, as in a block of one
/// value, whose scale may be zero, it stays a bias.
struct ValueOffsets: Sendable {
  /// Zero points less what makes codes signed; empty where all are zero.
  let zeros: Buffer<Float>
  /// Empty where all are zero.
  let biases: Buffer<Float>

  init(_ tile: PackedRHS) {
    let count = tile.scales.count
    guard
      tile.table.count == 0,
      tile.biases.count > 0 || tile.zeros.count > 0
        || tile.layout.signedOffset != tile.layout.offset
    else {
      (zeros, biases) = (Buffer([]), Buffer([]))
      return
    }
    let (scales, tileBiases) = (tile.scales, tile.biases)
    let tileZeros = tile.zeros
    var left = false
    var kept = Buffer<Float>([])
    zeros = Buffer(count: count) { zeros in
      kept = Buffer(count: tileBiases.count) { biases in
        for index in 0..<scales.count {
          let zero = tileZeros.count > 0 ? Int(tileZeros.span[index]) : tile.layout.offset
          let bias = tileBiases.count > 0 ? tileBiases[index] : 0
          let numbers = tile.layout.offsets(zero: zero, scale: scales[index], bias: bias)
          zeros[index] = numbers.zero
          guard numbers.bias != 0 else { continue }
          biases[index] = numbers.bias
          left = true
        }
      }
    }
    biases = left ? kept : Buffer([])
  }
}

extension RHSLayout {
  /// The largest zero point: codes keep 8 bits beside it, and sums of 128 their range.
  private static let largestZero = 0x1p15

  /// What is taken from the signed codes of a lane and slice, and the bias that stays one.
  func offsets(zero: Int, scale: Float, bias: Float) -> (zero: Float, bias: Float) {
    let signed = zero - signedOffset
    guard bias != 0 else { return (Float(signed), 0) }
    let shifted = Double(signed) - Double(bias) / Double(scale)
    return shifted.magnitude <= Self.largestZero ? (Float(shifted), 0) : (Float(signed), bias)
  }
}
