import AffineQuant
import AffineTestSupport
import Testing

@Suite struct OutlierWeightTests {
  /// Six planted columns, 20 to 60 times the others, which stay below 6.
  static let planted = [3, 64, 65, 200, 333, 511]
  let w = OutlierWeightTests.normal(48, 512, seed: 2)
  let x: Matrix<Float>

  init() {
    let normal = Self.normal(130, 512, seed: 1)
    x = Matrix(rows: 130, columns: 512) { row, column in
      guard let place = Self.planted.firstIndex(of: column) else {
        return min(max(normal[row, column], -5.9), 5.9)
      }
      return normal[row, column] * Float(20 + 8 * place)
    }
  }

  /// Nearly normal values of variance 1: a sum of twelve uniform ones.
  private static func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in
      (0..<12).reduce(Float(-6)) { sum, _ in sum + .random(in: 0...1, using: &random) }
    }
  }

  /// ‖y − X · Wᵀ‖ / ‖X · Wᵀ‖ in `Double`.
  private func error(_ y: Matrix<Float>) -> Double {
    var (noise, signal) = (0.0, 0.0)
    for row in 0..<x.shape.rows {
      for output in 0..<w.shape.rows {
        let exact = (0..<512).reduce(0.0) {
          $0 + Double(x[row, $1]) * Double(w[output, $1])
        }
        noise += (Double(y[row, output]) - exact) * (Double(y[row, output]) - exact)
        signal += exact * exact
      }
    }
    return (noise / signal).squareRoot()
  }

  private func plain() throws -> Matrix<Float> {
    try PackedWeight(Int8Weight(quantizing: w), inputs: Int8Activations.type).linear(x)
  }

  static let sources: [OutlierWeight.Source] = [
    .codes, .copy(.float32), .copy(.float16), .copy(.bfloat16),
  ]

  @Test(arguments: sources) func withoutOutliersItIsInt8(source: OutlierWeight.Source) throws {
    for threshold in [Float.infinity, 0] {
      let weight = try OutlierWeight(quantizing: w, source: source, threshold: threshold)
      #expect(try weight.linear(x) == plain())
    }
  }

  @Test func withOutliersAloneItIsFloat() throws {
    let tiny = Float.leastNonzeroMagnitude
    let exact = try OutlierWeight(quantizing: w, source: .copy(.float32), threshold: tiny)
    #expect(error(try exact.linear(x)) <= 1e-6)
    // The product of the values that the codes stand for.
    let coded = try OutlierWeight(quantizing: w, source: .codes, threshold: tiny)
    #expect(try coded.linear(x) == linear(x, Int8Weight(quantizing: w).dequantized()))
  }

  /// Bounds of the paper's experiment; 6 of 512 columns of 20 to 60 times the size.
  @Test func plantedColumnsKeepTheirPrecision() throws {
    #expect(OutlierColumns(in: x).columns == Self.planted)
    #expect(error(try plain()) >= 0.03)
    for (source, bound) in [
      (OutlierWeight.Source.copy(.float32), 0.004), (.copy(.bfloat16), 0.004), (.codes, 0.01),
    ] {
      let weight = try OutlierWeight(quantizing: w, source: source)
      let found = error(try weight.linear(x))
      print("outliers from \(source): \(found), plain \(error(try plain()))")
      #expect(found <= bound)
    }
  }

  /// Codes of another project's type, and threads that do not matter.
  @Test(arguments: ["int4-group32", "uint4-group32-biased-float16", "float4e2m1-group32-e8m0"])
  func anyRowsOfCodesWillDo(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let matrix = try AnyQuantized(quantizing: w, as: type)
    let weight = try OutlierWeight(matrix)
    #expect(weight.quantized == matrix && weight.shape == w.shape)
    let y = try weight.linear(x)
    #expect(try weight.linear(x, on: .threads(3)) == y)
    let outliers = OutlierColumns(in: x)
    let values: Matrix<Float> = matrix.dequantized()
    let rest: Matrix<Float> = try AnyQuantized(
      quantizing: outliers.zeroed(in: x), as: Int8Activations.type,
      QuantizationOptions(codes: -127...127)
    ).dequantized()
    for row in [0, 77, 129] {
      for output in [0, 13, 47] {
        var (exact, magnitude) = (0.0, 0.0)
        for column in 0..<512 {
          let value = outliers.columns.contains(column) ? x[row, column] : rest[row, column]
          let term = Double(value) * Double(values[output, column])
          (exact, magnitude) = (exact + term, magnitude + abs(term))
        }
        // 512 terms in Float with codes and biases summed apart, then one sum of two parts.
        #expect(abs(Double(y[row, output]) - exact) <= magnitude * 16 * 520 * 0x1p-24)
      }
    }
  }

  static let types = [
    "int8-row", "int8-block16x16", "uint8-group32", "int4-group32", "uint4-group32-biased-float16",
    "int5-group32", "uint3-group32", "uint4-group64-nf4", "uint8-row-dynamic8", "float6e3m2-row",
    "float4e2m1-group32-e8m0",
  ]

  /// What runs is what runs for a packed weight: the weight is packed when it is made.
  @Test(arguments: types) func noCallPacksTheWeight(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let packed = PackedWeight(
      try AnyQuantized(quantizing: w, as: type), inputs: Int8Activations.type)
    let expected = try kernels { _ = try packed.linear(x, on: $0) }
    for source in Self.sources {
      let weight = try OutlierWeight(quantizing: w, as: type, source: source, threshold: .infinity)
      #expect(try kernels { _ = try weight.linear(x, on: $0) } == expected)
    }
  }

  private func kernels(_ body: (Execution) throws -> Void) rethrows -> [KernelRow] {
    var execution = Execution(threads: 1)
    let record = KernelRecord()
    execution.record = record
    try body(execution)
    return record.rows
  }

  /// Columns that are read out of panels have the values of the matrix.
  @Test(arguments: types) func columnsOfCodesAreThoseOfTheMatrix(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let matrix = try AnyQuantized(quantizing: Self.normal(37, 512, seed: 4), as: type)
    try expectCodes(of: matrix, matrix.dequantized())
  }

  /// Also where blocks begin before the first column, and where scales are codes.
  @Test func columnsOfOtherBlocksAreThoseOfTheMatrix() throws {
    let whole = try UInt4Weight(quantizing: Self.normal(41, 540, seed: 4))
    let part = try whole.slice(rows: 3..<40, columns: 9..<521)
    try expectCodes(of: part, part.dequantized())
    let coded = try Q4KWeight(quantizing: Self.normal(37, 512, seed: 4))
    try expectCodes(of: coded, coded.dequantized())
  }

  private func expectCodes(of matrix: some QuantizedMatrix, _ values: Matrix<Float>) throws {
    let weight = try OutlierWeight(matrix), outliers = OutlierColumns(in: x)
    #expect(outliers.columns == Self.planted)
    let rest = try PackedWeight(matrix, inputs: Int8Activations.type)
      .linear(outliers.zeroed(in: x))
    let exact = try linear(outliers.gathered(from: x), outliers.gathered(from: values))
    #expect(try sameBits(weight.linear(x), rest.adding(exact)))
  }

  @Test func memoryIsCounted() throws {
    let counts = [0, 4, 2, 2].map { 48 * 512 * (1 + $0) + 48 * 4 }
    for (source, count) in zip(Self.sources, counts) {
      #expect(try OutlierWeight(quantizing: w, source: source).byteCount == count)
    }
  }

  @Test func whatCannotBeIsRefused() throws {
    for threshold in [-1, -Float.leastNonzeroMagnitude, -Float.infinity] {
      #expect(throws: OutlierError.threshold(threshold)) {
        try OutlierWeight(quantizing: w, threshold: threshold)
      }
    }
    let error = #expect(throws: OutlierError.self) {
      try OutlierWeight(quantizing: w, threshold: .nan)
    }
    guard case .threshold = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let columns = try #require(QuantizedType(name: "int8-column"))
    #expect(throws: OutlierError.granularity(type: "int8-column")) {
      try OutlierWeight(quantizing: w, as: columns)
    }
    let weight = try OutlierWeight(quantizing: w)
    #expect(throws: QuantizationError.shape(.mismatchedDepth(lhs: 511, rhs: 512))) {
      try weight.linear(Matrix(rows: 1, columns: 511) { _, _ in 0 })
    }
    #expect(throws: QuantizationError.self) {
      try weight.linear(Matrix(rows: 1, columns: 512) { $1 == 7 ? .nan : 1 })
    }
    #expect(try weight.linear(Matrix(rows: 0, columns: 512) { _, _ in 0 }).shape == Shape(0, 48))
  }
}
