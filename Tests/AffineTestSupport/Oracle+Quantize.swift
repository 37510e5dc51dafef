package import AffineQuant

extension Oracle {
  /// What quantizing gives by the written formulas: parameters a block, codes an element.
  package struct Quantized: Sendable {
    package var scales: [Float] = []
    package var zeroPoints: [Int16] = []
    package var biases: [Float] = []
    package var codes: [Int] = []
  }

  /// Quantizes float32 values by the type's own rule, the smallest normal number as smallest scale,
  /// all codes, to nearest even: loops and formulas of its own, with the roundings of the articles.
  package static func quantize(_ values: Matrix<Float>, as type: QuantizedType) -> Quantized {
    let (rows, columns, block) = (values.shape.rows, values.shape.columns, type.block)
    let width = block.columns == Block.whole ? 1 : (columns + block.columns - 1) / block.columns
    func index(_ row: Int, _ column: Int) -> Int {
      (block.rows == Block.whole ? 0 : row / block.rows) * width
        + (block.columns == Block.whole ? 0 : column / block.columns)
    }
    let count = index(rows - 1, columns - 1) + 1
    var (low, high) = (
      [Float](repeating: .infinity, count: count), [Float](repeating: -.infinity, count: count)
    )
    for row in 0..<rows {
      for column in 0..<columns {
        let place = index(row, column)
        low[place] = min(low[place], values[row, column])
        high[place] = max(high[place], values[row, column])
      }
    }
    let blocks = (0..<count).map { BlockFormula(type, low[$0], high[$0]) }
    var result = Quantized()
    result.scales = blocks.map(\.scale)
    if type.mapping.kind == .asymmetric { result.zeroPoints = blocks.map { Int16($0.zeroPoint) } }
    if type.mapping.kind == .biased { result.biases = blocks.map(\.bias) }
    for row in 0..<rows {
      for column in 0..<columns {
        result.codes.append(blocks[index(row, column)].code(values[row, column]))
      }
    }
    return result
  }
}

/// The parameters of one block, and how they encode.
private struct BlockFormula {
  let type: QuantizedType
  var scale: Float = 1
  var zeroPoint: Float = 0
  var bias: Float = 0
  private var exactScale: Float = 1
  private var exactBias: Float = 0

  private var lowest: Float { Float(type.storage.codes.lowerBound) }
  private var highest: Float { Float(type.storage.codes.upperBound) }

  init(_ type: QuantizedType, _ low: Float, _ high: Float) {
    self.type = type
    let smallest = Float.leastNormalMagnitude
    switch (type.mapping.kind, type.storage) {
    case (.codebook, _): scale = Swift.max(-low, high)
    case (_, .float(let format)): scale = usable(Swift.max(-low, high) / format.largest)
    case (.symmetric, _):
      scale = usable(Swift.max(Swift.max(-low, high) / ((highest - lowest) / 2), smallest))
    case (.asymmetric, _):
      let exact = Swift.max(
        (Swift.max(high, 0) - Swift.min(low, 0)) / (highest - lowest), smallest)
      scale = usable(exact)
      let zero = lowest - (Swift.min(low, 0) / exact).rounded(.toNearestOrEven)
      zeroPoint = Swift.min(Swift.max(zero, lowest), highest)
    case (.biased, _) where lowest < 0:
      let exact = Swift.max((high - low) / (highest - lowest), smallest)
      scale = usable(exact)
      bias = stored(low - exact * lowest)
    case (.biased, _):
      exactScale = Swift.max((high - low) / highest, 1e-7)
      if abs(low) <= abs(high) { exactScale = -exactScale }
      let edge = abs(low) > abs(high) ? low : high
      let steps = (edge / exactScale).rounded(.toNearestOrEven)
      if steps != 0 { (exactScale, exactBias) = (edge / steps, edge) }
      (scale, bias) = (stored(exactScale), stored(exactBias))
    }
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

  func code(_ value: Float) -> Int {
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _): return nearest(value / scale, map.values)
    case (_, .float(let format)):
      return nearest(value / scale, (0..<1 << format.bits).map { format.value(of: UInt8($0)) })
    case (.biased, _) where lowest < 0:
      let least = stored(bias - stored(scale * -lowest))
      let steps = ((value - least) / scale).rounded(.toNearestOrEven)
      return Int(Swift.min(Swift.max(steps, 0), highest - lowest) + lowest)
    case (.biased, _):
      let steps = ((value - exactBias) / exactScale).rounded(.toNearestOrEven)
      return Int(Swift.min(Swift.max(steps, 0), highest))
    default:
      let steps = (value * stored(1 / scale)).rounded(.toNearestOrEven) + zeroPoint
      return Int(Swift.min(Swift.max(steps, lowest), highest))
    }
  }

  /// The entry nearest to a number, by looking at all of them; of two equally near, the even one; a
  /// zero has the number's sign where there are two zeros.
  private func nearest(_ number: Float, _ table: [Float]) -> Int {
    let hasTwoZeros = table.count { $0 == 0 } == 2
    let order = table.indices.filter {
      table[$0].isFinite && (!hasTwoZeros || table[$0] != 0 || table[$0].sign == number.sign)
    }
    return order.min { a, b in
      let (x, y) = (abs(Double(table[a]) - Double(number)), abs(Double(table[b]) - Double(number)))
      return x == y ? a % 2 < b % 2 : x < y
    } ?? 0
  }
}
