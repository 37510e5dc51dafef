package import AffineQuant

extension Oracle {
  /// What quantizing gives by the written formulas: parameters a block, codes an element.
  package struct Quantized: Sendable {
    package var scales: [Float] = []
    package var zeroPoints: [Int16] = []
    package var biases: [Float] = []
    package var codes: [Int] = []
  }

  /// Quantizes float32 values by the type's own rule, with its smallest scale, all codes, to nearest even:
  /// loops and formulas of its own, with the roundings of the articles.
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
    var members = [[Float]](repeating: [], count: count)
    for row in 0..<rows {
      for column in 0..<columns { members[index(row, column)].append(values[row, column]) }
    }
    var blocks = (0..<count).map { BlockFormula(type.flat, low[$0], high[$0], members[$0]) }
    if let codes = type.mapping.codes { codeScales(&blocks, width, codes, type) }
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

  /// The number of so many bits nearest to another, by looking for its step.
  private static func short(_ number: Float, bits: Int) -> Float {
    guard number != 0 else { return number }
    var step = 1.0
    while abs(Double(number)) < step * Double(1 << (bits - 1)) { step /= 2 }
    while abs(Double(number)) >= step * Double(1 << bits) { step *= 2 }
    return Float((Double(number) / step).rounded(.toNearestOrEven) * step)
  }

  /// Scales and biases that are codes: the largest of a super-block has the largest code, of its sign where
  /// codes have none.
  private static func codeScales(
    _ blocks: inout [BlockFormula], _ width: Int, _ codes: ScaleCodes, _ type: QuantizedType
  ) {
    let all: [Float] =
      switch codes.storage {
      case .float(let format): (0..<1 << format.bits).map { format.value(of: UInt8($0)) }
      default: codes.storage.codes.map { Float($0) }
      }
    let numbers = all.enumerated().filter { $0.element.isFinite }
    let top = numbers.map(\.element).max() ?? 1, hasSign = numbers.contains { $0.element < 0 }
    func together(_ index: Int) -> [Int] {
      blocks.indices.filter {
        (codes.block.rows == Block.whole
          || $0 / width / codes.block.rows == index / width / codes.block.rows)
          && (codes.block.columns == Block.whole
            || $0 % width / codes.block.columns == index % width / codes.block.columns)
      }
    }
    func coded(_ values: [Float]) -> [Float] {
      values.indices.map { index in
        let members = together(index).map { values[$0] }
        let largest =
          members.first { value in members.allSatisfy { $0.magnitude <= value.magnitude } } ?? 0
        let sign: Float = hasSign || largest > 0 ? 1 : -1
        let exact = largest.magnitude / top * sign
        let scale = type.mapping.scale == .float16 ? Float(Float16(exact)) : short(exact, bits: 20)
        guard scale != 0 else { return 0 * scale }
        let steps = Double(values[index] / scale)
        let nearest = numbers.min {
          let (one, other) = (abs(Double($0.element) - steps), abs(Double($1.element) - steps))
          return one == other ? $0.offset % 2 < $1.offset % 2 : one < other
        }
        return (nearest?.element ?? 0) * scale
      }
    }
    if let table = codes.table {
      let sum = blocks.reduce(0.0) { $0 + Double($1.scale) }
      let mean = Float(sum / Double(blocks.count)), rests = blocks.map { $0.scale - mean }
      for index in blocks.indices {
        let largest = together(index).map { rests[$0].magnitude }.max() ?? 0
        let steps = largest == 0 ? 0 : Double(rests[index] / largest)
        let nearest =
          table.values.min { abs(Double($0) - steps) < abs(Double($1) - steps) } ?? 0
        blocks[index].take(scale: Float(Double(nearest) * Double(largest)) + mean, bias: 0)
      }
      return
    }
    for index in blocks.indices where type.mapping.kind == .biased { blocks[index].endAtZero() }
    let (scales, biases) = (coded(blocks.map(\.scale)), coded(blocks.map(\.bias)))
    for index in blocks.indices {
      blocks[index].take(
        scale: scales[index], bias: type.mapping.kind == .biased ? biases[index] : 0)
    }
  }
}
