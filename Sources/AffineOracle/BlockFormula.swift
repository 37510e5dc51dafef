import AffineQuant

/// The parameters of one block, and how they encode: the articles' formulas, written again.
struct BlockFormula {
  let type: QuantizedType
  private(set) var scale: Float = 1
  private(set) var zeroPoint: Float = 0
  private(set) var bias: Float = 0

  private var lowest: Float { Float(type.storage.codes.lowerBound) }
  private var highest: Float { Float(type.storage.codes.upperBound) }

  init(_ type: QuantizedType, _ low: Float, _ high: Float, _ values: [Float]) {
    self.type = type
    let largest = Swift.max(-low, high, 0)
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _):
      // The scale with which neither end lies outside of the table.
      let below = map.values[0] < 0 ? Swift.max(-low, 0) / -map.values[0] : 0
      let fitted = Swift.max(Swift.max(high, 0) / map.values[map.values.count - 1], below)
      scale = usable(fitted == 0 && map.values.contains(0) ? 1 : fitted)
    case (_, .float(let format)):
      scale = usable(largest == 0 ? 1 : largest / format.largest)
    case (.symmetric, .ternary):
      let magnitudes = values.map(\.magnitude)
      let isTernary = Set(magnitudes).subtracting([0]).count <= 1
      let sum = magnitudes.reduce(0) { $0 + Double($1) }
      scale = positive(isTernary ? largest : Float(sum / Double(values.count)))
    case (.symmetric, .signed(let bits)):
      let other = Swift.min(Swift.max(-low, 0), Swift.max(high, 0))
      // The largest error with the peak at the code that has no opposite, and with it at the other end.
      let step = largest / -lowest
      let worst = Swift.max(step / 2, other - highest * step)
      let even = positive(largest / highest)
      let isShort = (other * (1 / even)).rounded(.toNearestOrEven) < highest
      if bits < 8, type.mapping.scale != .e8m0, isShort || worst < largest / highest / 2 {
        scale = positive(step) * (high > -low ? -1 : 1)
      } else {
        scale = even
      }
    case (.asymmetric, _):
      let (low, high) = (Swift.min(low, 0), Swift.max(high, 0))
      if !reaches(low, high) { search(from: low, to: high) }
    case (.biased, _): search(from: low, to: high)
    case (.symmetric, .unsigned): preconditionFailure("\(type.name) is no type")
    }
  }

  /// Takes a scale of 16 bits that makes both ends codes, if one is fine enough and there is one.
  private mutating func reaches(_ low: Float, _ high: Float) -> Bool {
    let steps = highest - lowest, exact = (high - low) / steps
    let normal: (fewestSteps: Float, least: Float)
    switch type.mapping.scale {
    case .float16: normal = (1024, 0x1p-14)
    case .bfloat16: normal = (128, 0x1p-126)
    case .float32, .e8m0: return false
    }
    guard steps <= normal.fewestSteps, exact >= normal.least else { return false }
    for candidate in [stored(exact), floored(exact * (1 - 0x1p-20))] where candidate.isFinite {
      scale = candidate
      // Zero lies as far from the middle of the codes as from the middle of the range.
      let middle = (steps - (low + high) / scale) / 2
      zeroPoint = lowest + middle.rounded(.toNearestOrEven)
      zeroPoint = Swift.min(Swift.max(zeroPoint, lowest), highest)
      if code(low) == Int(lowest), code(high) == Int(highest) { return true }
    }
    return false
  }

  /// The parameters of the range, or of what the range becomes while that has others.
  private mutating func search(from low: Float, to high: Float) {
    fit(low, high)
    for turn in 0..<4 {
      let (first, last) = (Float(code(low)), Float(code(high)))
      if first == lowest, last == highest { return }
      let before = (scale, zeroPoint, bias)
      if turn == 0, type.mapping.scale == .float32 {
        fit(low, high, part: 1 - 0x1p-20)
      } else {
        fit((first - zeroPoint) * scale + bias, (last - zeroPoint) * scale + bias)
      }
      if (scale, zeroPoint, bias) == before { return }
    }
  }

  private mutating func fit(_ low: Float, _ high: Float, part: Float = 1) {
    let steps = (highest - lowest) / part
    scale = covering((high - low) / steps)
    if type.mapping.kind == .asymmetric {
      let zero = lowest - (low * (1 / scale)).rounded(.toNearestOrEven)
      zeroPoint = Swift.min(Swift.max(zero, lowest), highest)
      return
    }
    bias = low - lowest * scale
    let near = stored(bias)
    let isNear = abs(near - bias) <= scale / 2
    if near == bias || isNear && lowest < 0 {
      bias = near
    } else {
      // No value lies below the first code, and the largest is the last.
      bias = isNear ? near : floored(bias)
      scale = Swift.max(scale, covering((high - bias) / (highest / part)))
    }
  }

  /// A range above zero begins at zero.
  mutating func endAtZero() {
    guard bias > 0 else { return }
    (scale, bias) = ((bias + highest * scale) / highest, 0)
  }

  /// Other parameters.
  mutating func take(scale: Float, bias: Float) { (self.scale, self.bias) = (scale, bias) }

  /// The least scale of its type that is not below a number.
  private func covering(_ number: Float) -> Float {
    let near = positive(number)
    return near >= number ? near : -floored(-number)
  }

  /// A scale as stored, not below the smallest number of its type that has a reciprocal.
  private func positive(_ scale: Float) -> Float {
    let smallest: Float =
      switch type.mapping.scale {
      case .float32, .bfloat16: 0x1p-126
      case .float16: 0x1p-24
      case .e8m0: 0x1p-127
      }
    return stored(Swift.max(scale, smallest))
  }

  /// A scale as stored: where it has no finite reciprocal in its type, the smallest normal number.
  private func usable(_ scale: Float) -> Float {
    let smallest: Float = type.mapping.scale == .float16 ? 0x1p-14 : 0x1p-126
    return stored(1 / stored(scale)).isFinite ? stored(scale) : smallest
  }

  /// Rounded to the type of the scales.
  private func stored(_ value: Float) -> Float {
    switch type.mapping.scale {
    case .float32: return value
    case .float16: return Float(Float16(value))
    case .bfloat16:
      // The nearer neighbour with 8 bits of precision; of two equally near, the even one.
      let down = Float(bitPattern: value.bitPattern & 0xffff_0000)
      let up = Float(bitPattern: (value.bitPattern & 0xffff_0000) + 0x1_0000)
      if abs(value - down) != abs(up - value) {
        return abs(value - down) < abs(up - value) ? down : up
      }
      return down.bitPattern >> 16 % 2 == 0 ? down : up
    case .e8m0:
      var power: Float = 0x1p-100
      while power < value { power *= 2 }
      return power
    }
  }

  /// The number of the scales' type below a value, or the value.
  private func floored(_ value: Float) -> Float {
    let near = stored(value)
    guard near > value, near.isFinite else { return near }
    if type.mapping.scale == .float16 { return Float(Float16(near).nextDown) }
    // The next pattern of 16 bits, towards zero or away from it.
    return Float(bitPattern: near > 0 ? near.bitPattern - 0x1_0000 : near.bitPattern + 0x1_0000)
  }

  func code(_ value: Float) -> Int {
    // A scale that is a code may be zero: no value is a step away then.
    let scale = self.scale == 0 ? .infinity : self.scale
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _): return nearest(value / scale, map.values) { $0 < $1 }
    case (_, .float(let format)):
      return nearest(value / scale, (0..<1 << format.bits).map { format.value(of: UInt8($0)) }) {
        $0 % 2 < $1 % 2
      }
    case (.biased, _):
      let steps = ((value - bias) / scale).rounded(.toNearestOrEven)
      return Int(Swift.min(Swift.max(steps, lowest), highest))
    default:
      let steps = (value * (1 / scale)).rounded(.toNearestOrEven) + zeroPoint
      return Int(Swift.min(Swift.max(steps, lowest), highest))
    }
  }

  /// The entry nearest to a number, by looking at all of them; of two equally near, the one that comes before
  /// the other; a zero has the number's sign where there are two zeros.
  private func nearest(
    _ number: Float, _ table: [Float], isBefore: (_ place: Int, _ other: Int) -> Bool
  ) -> Int {
    let hasTwoZeros = table.count { $0 == 0 } == 2
    let order = table.indices.filter {
      table[$0].isFinite && (!hasTwoZeros || table[$0] != 0 || table[$0].sign == number.sign)
    }
    return order.min { a, b in
      let (x, y) = (abs(Double(table[a]) - Double(number)), abs(Double(table[b]) - Double(number)))
      return x == y ? isBefore(a, b) : x < y
    } ?? 0
  }
}
