import AffineQuant
import AffineTestSupport
import Testing

/// Codes of small floats, tables and biased types: every kernel is the definition, and that is the nearest
/// code, the one below, the one nearer to zero, or one of the two neighbours by chance.
@Suite struct EncodingTests {
  static let roundings: [Rounding] = [
    .nearestEven, .floor, .towardZero, .stochastic(seed: 5, step: 9),
  ]
  static let tables =
    SmallFloat.allCases.map(\.rawValue)
    + CodebookFormat.all.map { "uint\($0.values.count == 16 ? 4 : 8)-tensor-\($0.name)" }
  static let portable = Execution(threads: 1, instructionSet: .portable)
  static let others = Executions.all.filter { $0.instructionSet != .portable }

  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name.contains("-") ? name : name + "-tensor"))
  }

  private func check<Element: FloatElement>(
    _ values: Matrix<Element>, _ type: QuantizedType, _ parameters: QuantizationParameters?,
    _ options: QuantizationOptions, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    func quantized(_ execution: Execution) throws -> CodeMatrix {
      guard let parameters else {
        return try .quantize(values, as: type, options, execution)
      }
      return try .quantize(values, as: type, with: parameters, options, execution)
    }
    let expected = try quantized(Self.portable)
    for execution in Self.others {
      #expect(
        try quantized(execution) == expected,
        "\(type.name) \(options) \(execution.instructionSet.name)", sourceLocation: sourceLocation)
    }
  }

  /// Every 997th of the patterns of a float that is finite, so that all exponents and signs occur, with many
  /// mantissas each; of a tiny scale most quotients are infinite.
  @Test(arguments: tables, roundings)
  func everyKernelIsTheDefinition(name: String, rounding: Rounding) throws {
    let type = try Self.type(name)
    let columns = 2049
    let rows = (1 << 32) / 997 / columns
    let values = Matrix<Float>(rows: rows, columns: columns) { row, column in
      let value = Float(bitPattern: UInt32(row * columns + column) * 997)
      return value.isFinite ? value : 0
    }
    let options = QuantizationOptions(rounding: rounding)
    try check(values, type, QuantizationParameters(scales: [1]), options)
    let part = Matrix<Float>(rows: 64, columns: columns) { values[$0 * (rows / 64), $1] }
    for scale: Float in [-0.37, 0x1p-126] {
      try check(part, type, QuantizationParameters(scales: [scale]), options)
    }
  }

  /// What lies between two entries, and on them: their neighbours and the middle.
  @Test(arguments: tables, roundings)
  func bordersAreTheDefinition(name: String, rounding: Rounding) throws {
    let type = try Self.type(name)
    let entries = Self.entries(type)
    let borders = zip(entries, entries.dropFirst()).flatMap { low, high in
      let middle = low + (high - low) / 2
      return [low, low.nextUp, middle.nextDown, middle, middle.nextUp, high.nextDown]
    }
    let ends = [-0.0, entries[entries.count - 1], 2 * entries[entries.count - 1], -1e30, 1e30]
    let all = borders + ends
    let values = Matrix<Float>(rows: 1, columns: all.count) { all[$1] }
    try check(
      values, type, QuantizationParameters(scales: [1]), QuantizationOptions(rounding: rounding))
  }

  /// Blocks of every shape, rows of parts and ends, and all that rounds to the type of the values.
  @Test(arguments: [
    "uint8-row-biased", "uint4-group32-biased", "int4-group5-biased", "uint4-column-biased",
    "int8-block32x32-biased", "uint1-row-biased", "uint4-group32-biased-float16",
    "int4-group32-biased-bfloat16", "int8-group32-float16", "uint8-group32-bfloat16",
    "float8e4m3-column", "float8e5m2-group32-bfloat16", "float4e2m1-group32-e8m0",
    "uint4-group64-nf4", "uint8-column-dynamic8", "uint8-row-unsignedFloat8", "int6-row",
  ])
  func everyBlockIsTheDefinition(name: String) throws {
    let type = try Self.type(name)
    let rules: [ParameterRule?] =
      switch type.mapping.kind {
      case .biased where !type.storage.isSigned: [nil, .tinygemm, .mlx]
      case .biased: [nil, .tinygemm]
      case .symmetric where type.storage.isInteger: [nil, .symmetric]
      case .asymmetric: [nil, .asymmetric]
      default: [nil]
      }
    for (rows, columns) in [(1, 1), (3, 33), (70, 300)] {
      let values = Samples.matrix(rows, columns, for: type, seed: 4)
      for rounding in Self.roundings {
        for rule in rules {
          let options = QuantizationOptions(rule: rule, rounding: rounding)
          try check(values, type, nil, options)
          try check(values.converted(to: Float16.self), type, nil, options)
          try check(values.converted(to: BFloat16.self), type, nil, options)
        }
      }
    }
  }

  /// The numbers of the finite codes, ascending.
  private static func entries(_ type: QuantizedType) -> [Float] {
    guard case .float(let format) = type.storage else {
      guard case .codebook(let map) = type.mapping.kind else { return [] }
      return map.values
    }
    let all = (0..<1 << format.bits).map { format.value(of: UInt8($0)) }
    return Set(all.filter(\.isFinite)).sorted()
  }

  /// The number that rounding makes of another one between two neighbours; `nil` where a rounding of a
  /// share of the way decides.
  private static func oracle(
    _ number: Double, _ entries: [Float], _ rounding: Rounding, isFloat: Bool, element: Int
  ) -> Double? {
    let last = entries.count - 1
    guard number > Double(entries[0]) else { return Double(entries[0]) }
    guard number < Double(entries[last]) else { return Double(entries[last]) }
    let above = entries.firstIndex { Double($0) > number } ?? last
    let (low, high) = (Double(entries[above - 1]), Double(entries[above]))
    let share = (number - low) / (high - low)
    // The share is a difference and a quotient, each rounded once.
    let error = 0x1p-22
    switch rounding {
    case .floor: return share > 1 - error ? nil : low
    case .towardZero where isFloat: return number < 0 ? (share == 0 ? low : high) : low
    case .towardZero: return share > 1 - error ? nil : low
    case .nearestEven: return abs(share - 0.5) <= error ? nil : share < 0.5 ? low : high
    case .stochastic(let seed, let step):
      let word = StochasticRoundingTests.word(seed: seed, step: step, element: element)
      let uniform = Double(word >> 40) * 0x1p-24
      return abs(share - uniform) <= error ? nil : uniform < share ? high : low
    }
  }

  @Test(arguments: tables, roundings)
  func codesAreThoseOfTheOracle(name: String, rounding: Rounding) throws {
    let type = try Self.type(name)
    let entries = Self.entries(type)
    var isFloat = false
    if case .float = type.storage { isFloat = true }
    // From far below the smallest entry to beyond the largest.
    let base = Samples.matrix(40, 77, for: type, seed: 2)
    let values = Matrix<Float>(rows: 40, columns: 77) { row, column in
      let factor = row < 4 ? 0x1p20 : 1 / Float(1 << (row / 2))
      return base[row, column] * entries[entries.count - 1] * factor
    }
    let scale: Float = 0.37
    for execution in Self.others + [Self.portable] {
      let matrix = try CodeMatrix.quantize(
        values, as: type, with: QuantizationParameters(scales: [scale]),
        QuantizationOptions(rounding: rounding), execution)
      let codes = AnyQuantized(matrix).codes
      var (checked, wrong) = (0, 0)
      for index in 0..<values.shape.count {
        let number = Double(values.values[index] / scale)
        guard
          let expected = Self.oracle(number, entries, rounding, isFloat: isFloat, element: index)
        else { continue }
        let code = Int(codes[index])
        let table = type.decodingTable ?? []
        checked += 1
        if Double(table[code]) != expected { wrong += 1 }
      }
      #expect(wrong == 0, "\(execution.instructionSet.name): \(wrong) of \(checked)")
      #expect(checked > values.shape.count * 9 / 10)
    }
  }

  /// `(value − bias) / scale` in `Double`, where its rounding in `Float` does not decide.
  @Test(arguments: ["uint8-row-biased", "int4-group32-biased", "uint3-column-biased"], roundings)
  func biasedCodesAreThoseOfTheOracle(name: String, rounding: Rounding) throws {
    let type = try Self.type(name)
    let values = Samples.matrix(35, 70, seed: 6)
    for execution in Self.others + [Self.portable] {
      let matrix = try AnyQuantized(
        quantizing: values, as: type, QuantizationOptions(rounding: rounding), on: execution)
      let (codes, scales, biases) = (
        matrix.codes, matrix.scales, try #require(matrix.offsets)
      )
      var (checked, wrong) = (0, 0)
      for row in 0..<35 {
        for column in 0..<70 {
          let grid = matrix.core.grid
          let block = (grid.blockRow(row), grid.blockColumn(column))
          let steps =
            (Double(values[row, column]) - Double(biases[block.0, block.1]))
            / Double(scales[block.0, block.1])
          let (lower, index) = (steps.rounded(.down), row * 70 + column)
          let share = steps - lower
          // The difference is off by half a unit of the largest value or bias, some 100 steps of 255 away,
          // and the quotient as much: 2^-15 steps.
          let error = 0x1p-14
          var step = 0.0
          switch rounding {
          case .nearestEven where abs(share - 0.5) < error: continue
          case .nearestEven: step = share > 0.5 ? 1 : 0
          case .floor, .towardZero:
            if min(share, 1 - share) < error { continue }
            step = rounding == .towardZero && steps < 0 ? 1 : 0
          case .stochastic(let seed, let turn):
            let word = StochasticRoundingTests.word(seed: seed, step: turn, element: index)
            let uniform = Double(word >> 40) * 0x1p-24
            if abs(uniform - share) < error || min(share, 1 - share) < error { continue }
            step = uniform < share ? 1 : 0
          }
          let limits = type.storage.codes
          let code = min(max(lower + step, Double(limits.lowerBound)), Double(limits.upperBound))
          checked += 1
          if Double(codes[index]) != code { wrong += 1 }
        }
      }
      #expect(wrong == 0, "\(execution.instructionSet.name): \(wrong) of \(checked)")
      #expect(checked > 35 * 70 * 3 / 4)
    }
  }

  /// The least power of two that is not below a value, from 2^-127 to 2^127, and back.
  @Test func powersOfTwoAreRoundedUp() {
    var wrong = 0
    for bits in stride(from: 1 as UInt32, to: 0x7f80_0000, by: 9973) {
      let value = Double(Float(bitPattern: bits))
      // Every float is a normal number in Double.
      let exponent = Int(value.exponent) + (value.significand > 1 ? 1 : 0)
      let expected = min(max(exponent, -127), 127)
      let scale = E8M0(roundingUp: Float(value))
      if Int(scale.bitPattern) != expected + 127 { wrong += 1 }
    }
    #expect(wrong == 0)
    for pattern in 0..<255 as Range<UInt8> {
      let scale = E8M0(bitPattern: pattern).float
      #expect(Double(scale) == Double(sign: .plus, exponent: Int(pattern) - 127, significand: 1))
      #expect(E8M0(roundingUp: scale).bitPattern == pattern)
      #expect(E8M0(roundingUp: scale.nextUp).bitPattern == min(pattern + 1, 254))
    }
    #expect(E8M0(roundingUp: 0).bitPattern == 0 && E8M0(roundingUp: -1).bitPattern == 0)
    #expect(E8M0(roundingUp: .infinity).bitPattern == 254)
    #expect(E8M0(roundingUp: .nan).float.isNaN)
  }
}
