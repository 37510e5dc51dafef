import AffineQuant
import AffineTestSupport
import Testing

@Suite struct QuantizationTests {
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func whatIsNotFiniteIsNamedWithItsPlace(value: Float) {
    for (row, column) in [(0, 0), (2, 17), (4, 69)] {
      let values = Matrix<Float>(rows: 5, columns: 70) { $0 == row && $1 == column ? value : 1 }
      for type in ["int8-row", "int4-group32", "uint8-tensor", "int8-column", "int8-block32x32"] {
        let error = #expect(throws: QuantizationError.self) {
          try AnyQuantized(quantizing: values, as: #require(QuantizedType(name: type)))
        }
        guard case .notFinite(let found, row, column) = error else {
          Issue.record("\(type) at (\(row), \(column)): \(String(describing: error))")
          continue
        }
        #expect(found == value || (found.isNaN && value.isNaN))
      }
    }
  }

  @Test func halfPrecisionInfinityIsNamedToo() {
    let values = Matrix<Float16>(rows: 2, columns: 3) { $0 == 1 && $1 == 2 ? .infinity : 1 }
    #expect(throws: QuantizationError.notFinite(.infinity, row: 1, column: 2)) {
      try Int8Weight(quantizing: values)
    }
    let brain = values.converted(to: BFloat16.self)
    #expect(throws: QuantizationError.notFinite(.infinity, row: 1, column: 2)) {
      try Int4Weight(quantizing: brain)
    }
  }

  @Test func aRangeThatOverflowsItsScaleIsAnError() {
    let values = Matrix<Float>(rows: 1, columns: 2) { _, column in column == 0 ? -3e38 : 3e38 }
    #expect(throws: QuantizationError.self) { try UInt8Activations(quantizing: values) }
    // torchao computes in the type of the values; the library's own rules do not.
    let halves = Matrix<Float16>(rows: 1, columns: 2) { _, column in column == 0 ? -6e4 : 6e4 }
    #expect(throws: QuantizationError.self) {
      try UInt8Activations(quantizing: halves, method: .range)
    }
    #expect(throws: Never.self) { try UInt8Activations(quantizing: halves) }
    #expect(throws: Never.self) { try Int8Activations(quantizing: values) }
  }

  @Test(arguments: Catalog.types)
  func zerosStayZeroAndScalesStayFinite(type: QuantizedType) throws {
    let zeros = Matrix<Float>(rows: 3, columns: 40) { _, _ in 0 }
    let matrix = try CodeMatrix.quantize(zeros, as: type, QuantizationOptions(), .standard)
    let mayBeZero = type.mapping.codes != nil
    #expect(matrix.scales.array.allSatisfy { $0.isFinite && ($0 != 0 || mayBeZero) })
    // A map without zero has the smallest scale instead.
    let hasZero = type.mapping.kind != .codebook(.dynamicUnsigned4)
    #expect(Oracle.numbers(matrix).values.allSatisfy { $0 == 0 || !hasZero && $0 < 0x1p-126 })
  }

  @Test func emptyMatricesQuantizeAndMultiply() throws {
    for (m, n, k) in [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0), (1, 1, 0)] {
      let x = Samples.matrix(m, k), w = Samples.matrix(n, k)
      let y = try linear(Int8Activations(quantizing: x), Int4Weight(quantizing: w))
      #expect(y.shape == Shape(m, n))
      #expect(y.values.array.allSatisfy { $0 == 0 } || k > 0)
      #expect(try linear(x, Int8Weight(quantizing: w).tiled()).shape == Shape(m, n))
    }
  }

  /// Rows of nothing take no memory, but scales and panels of them would, or time.
  @Test(arguments: [Shape(0, 1 << 40), Shape(1 << 40, 0), Shape(0, 1 << 62), Shape(1 << 62, 0)])
  func emptyMatricesOfAnyLengthAreRefused(shape: Shape) throws {
    let values = try Matrix<Float>(shape, [])
    let error = QuantizationError.shape(.invalid(rows: shape.rows, columns: shape.columns))
    for type in Catalog.types {
      #expect(throws: error) { try AnyQuantized(quantizing: values, as: type) }
      #expect(throws: error) {
        try AnyQuantized(quantizing: values, as: type, with: QuantizationParameters(scales: []))
      }
      #expect(throws: error) {
        try AnyQuantized(
          type: type, shape: shape, codeBytes: Buffer([]),
          parameters: QuantizationParameters(scales: []))
      }
    }
    #expect(OutlierColumns(in: values).columns.isEmpty)
  }

  @Test func codesKeepToTheRangeThatIsAsked() throws {
    let values = Samples.matrix(4, 50)
    let narrow = try Int8Weight(quantizing: values, codes: -127...127)
    #expect(narrow.codes.allSatisfy { (-127...127).contains($0) })
    #expect(throws: QuantizationError.invalidCodes(-129...127, storage: "int8")) {
      try Int8Weight(quantizing: values, codes: -129...127)
    }
    #expect(throws: QuantizationError.invalidEpsilon(0)) {
      try Int8Weight(quantizing: values, epsilon: .value(0))
    }
    #expect(throws: QuantizationError.unsupported(rule: .symmetricNoClipping, type: "int8-row")) {
      try Int8Weight(quantizing: values, method: .noClipping, codes: 0...127)
    }
  }

  @Test func stochasticRoundingIsUnbiasedAndIndependentOfThreads() throws {
    // One value 0.3 of the way between two codes, beside one that fixes the scale.
    let values = Matrix<Float>(rows: 4000, columns: 2) { _, column in column == 0 ? 127 : 10.3 }
    let rounding = Rounding.stochastic(seed: 7, step: 3)
    let one = try Int8Weight(quantizing: values, rounding: rounding, on: .threads(1))
    for threads in 2...5 {
      #expect(try Int8Weight(quantizing: values, rounding: rounding, on: .threads(threads)) == one)
    }
    let codes = (0..<4000).map { one.code(row: $0, column: 1) }
    #expect(Set(codes) == [10, 11])
    // The mean of n Bernoulli variables has a deviation of √(p(1 − p)/n); 5 of them are allowed.
    let mean = Double(codes.reduce(0, +)) / 4000
    #expect(abs(mean - 10.3) < 5 * (0.3 * 0.7 / 4000).squareRoot())
    let other = try Int8Weight(quantizing: values, rounding: .stochastic(seed: 7, step: 4))
    #expect(other != one)
  }

  @Test func floorRoundsDown() throws {
    let values = Matrix<Float>(rows: 1, columns: 4) { _, column in [127, -3.2, 3.9, -0.1][column] }
    let matrix = try Int8Weight(quantizing: values, rounding: .floor)
    #expect(matrix.codes == [127, -4, 3, -1])
  }

  @Test func givenParametersAreUsedAndChecked() throws {
    let values = Matrix<Float>(rows: 1, columns: 3) { _, column in Float(column) }
    let parameters = QuantizationParameters(scales: [-0.5])
    let matrix = try Int8Weight(quantizing: values, with: parameters)
    #expect(matrix.codes == [0, -2, -4])
    #expect(matrix.dequantized() == values)
    for bad: Float in [0, .nan, .infinity] {
      #expect(throws: QuantizationError.self) {
        try Int8Weight(quantizing: values, with: QuantizationParameters(scales: [bad]))
      }
    }
    #expect(throws: QuantizationError.shape(.wrongCount(of: "scales", expected: 1, found: 2))) {
      try Int8Weight(quantizing: values, with: QuantizationParameters(scales: [1, 1]))
    }
    #expect(throws: QuantizationError.self) {
      try UInt4Weight(
        quantizing: values, with: QuantizationParameters(scales: [1], zeroPoints: [16]))
    }
  }

  /// Two bits have four patterns, of which ternary codes are three; what lies behind the last column is none.
  @Test func aFourthTernaryCodeIsNamedWithItsPlace() throws {
    func weight(_ bytes: [UInt8]) throws -> TernaryWeight {
      try TernaryWeight(
        shape: Shape(2, 5), codeBytes: Buffer(bytes),
        parameters: QuantizationParameters(scales: [2]))
    }
    // 1, 0, −1, 0, 1; behind them the fourth pattern.
    let row: [UInt8] = [0b00_11_00_01, 0b10_10_10_01]
    #expect(try weight(row + row).dequantized().values.array.suffix(5) == [2, 0, -2, 0, 2])
    for column in 0..<5 {
      var bytes = row + row
      bytes[2 + column / 4] &= ~(3 << UInt8(column % 4 * 2))
      bytes[2 + column / 4] |= 2 << UInt8(column % 4 * 2)
      let error = QuantizationError.invalidCode(storage: "ternary", row: 1, column: column)
      #expect(throws: error) { try weight(bytes) }
      #expect(throws: error) {
        try AnyQuantized(
          type: TernaryWeight.type, shape: Shape(2, 5), codeBytes: Buffer(bytes),
          parameters: QuantizationParameters(scales: [2]))
      }
    }
  }

  /// The same codes are the same matrix, whatever a caller leaves behind them.
  @Test(arguments: [(3, UInt8(0xf0)), (4, 0), (5, 0xf0)], [1, 2])
  func bitsBehindTheLastColumnCountForNothing(last: (columns: Int, unused: UInt8), rows: Int) throws
  {
    func weight(_ rest: UInt8) throws -> Int4Weight {
      let width = (last.columns + 1) / 2
      let bytes: [UInt8] = (0..<rows * width).map {
        $0 % width == width - 1 ? 0x03 | rest : 0x21
      }
      return try Int4Weight(
        shape: Shape(rows, last.columns), codeBytes: Buffer(bytes),
        parameters: QuantizationParameters(scales: [Float](repeating: 1, count: rows)))
    }
    let (clean, other) = (try weight(0), try weight(last.unused))
    #expect(other == clean && other.codeBytes == clean.codeBytes)
    #expect(other.tiled().rowMajor() == other)
    #expect(try other.slice(rows: rows - 1..<rows) == clean.slice(rows: 0..<1))
    let none = QuantizationParameters(scales: [])
    let empty = try Int4Weight(shape: Shape(0, 3), codeBytes: Buffer([]), parameters: none)
    #expect(empty.shape == Shape(0, 3))
  }

  @Test(arguments: ["int4-tensor", "uint8-tensor", "uint4-group32", "uint4-group32-biased"])
  func givenParametersServeATypeOfRunTime(name: String) throws {
    let values = Samples.matrix(5, 70)
    let type = try #require(QuantizedType(name: name))
    let direct = try AnyQuantized(quantizing: values, as: type)
    let core = direct.core
    let parameters = QuantizationParameters(
      scales: core.scales.array, zeroPoints: core.zeroPoints.array, biases: core.biases.array)
    let found = try AnyQuantized(quantizing: values, as: type, with: parameters)
    #expect(found.scales == direct.scales)
    // MLX encodes with a scale that it does not keep: a code may differ by one there.
    let codes = zip(found.codes, direct.codes)
    #expect(codes.allSatisfy { abs($0 - $1) <= (type.mapping.kind == .biased ? 1 : 0) })
    #expect(throws: QuantizationError.self) {
      try AnyQuantized(quantizing: values, as: type, with: QuantizationParameters(scales: []))
    }
    #expect(throws: QuantizationError.notFinite(.infinity, row: 0, column: 0)) {
      let bad = Matrix<Float>(rows: 5, columns: 70) { $0 == 0 && $1 == 0 ? .infinity : 1 }
      return try AnyQuantized(quantizing: bad, as: type, with: parameters)
    }
  }

  @Test(arguments: Catalog.types) func chosenParametersGiveTheSameMatrix(type: QuantizedType) throws
  {
    let values = Samples.matrix(5, 600, for: type, seed: 2)
    let options = QuantizationOptions()
    let parameters = try CodeMatrix.chooseParameters(for: values, as: type, options, .standard)
    let direct = try AnyQuantized(quantizing: values, as: type)
    #expect(try AnyQuantized(quantizing: values, as: type, with: parameters) == direct)
  }

  /// Four groups whose scales have another mean once they are places in a table.
  @Test func scalesFromATableAreChosenOnce() throws {
    let values = Matrix<Float>(rows: 1, columns: 256) { _, column in
      [1, 2, 3, 10][column / 64] * (column % 64 == 0 ? 1 : 0.25)
    }
    let parameters = try DoubleQuantizedNF4Weight.chooseParameters(for: values)
    #expect(parameters.scales == [1, 2, 3, 10])
    let weight = try DoubleQuantizedNF4Weight(quantizing: values)
    #expect(try DoubleQuantizedNF4Weight(quantizing: values, with: parameters) == weight)
    let error = QuantizationError.scalesAreCodes(type: DoubleQuantizedNF4Weight.type.name)
    #expect(throws: error) { try weight.erased.with(scales: weight.scales) }
    #expect(throws: error) {
      try DoubleQuantizedNF4Weight(
        shape: weight.shape, codeBytes: weight.codeBytes, parameters: parameters)
    }
    #expect(throws: error) {
      try AnyQuantized(
        type: DoubleQuantizedNF4Weight.type, shape: weight.shape, codeBytes: weight.codeBytes,
        parameters: parameters)
    }
  }

  /// Codes of scales of a file that no rule of the library would choose, as −32 of 6 bits.
  @Test(arguments: Catalog.types.filter { $0.mapping.codes?.table == nil })
  func theSameScalesChangeNothing(type: QuantizedType) throws {
    let matrix = AnyQuantized(Samples.codes(3, 512, type, seed: 4))
    #expect(try matrix.with(scales: matrix.scales) == matrix)
  }

  /// From 4 MiB on the values are written past the caches, where all runs of a scale are whole vectors.
  @Test(
    arguments: ["int8-row", "int4-group32", "uint8-group32-biased", "uint4-group40"], [1024, 1021])
  func largeValuesAreThoseOfThePortableKernel(name: String, columns: Int) throws {
    let type = try #require(QuantizedType(name: name))
    let matrix = AnyQuantized(Samples.codes(1031, columns, type, seed: 2))
    let execution = Execution(threads: 1, instructionSet: .portable)
    let expected: Matrix<Float> = matrix.dequantized(on: execution)
    for threads in 1...2 { #expect(matrix.dequantized(on: .threads(threads)) == expected) }
  }

  @Test func chosenParametersGiveTheSameCodes() throws {
    let values = Samples.matrix(5, 70)
    let parameters = try UInt4Weight.chooseParameters(for: values)
    let direct = try UInt4Weight(quantizing: values)
    #expect(try UInt4Weight(quantizing: values, with: parameters) == direct)
    #expect(try UInt4Weight.fakeQuantized(values) == direct.dequantized())
  }
}
