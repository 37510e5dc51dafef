import AffineQuant
import AffineTestSupport
import Testing

/// What a quantizer takes it represents: within a bound, and as finite values.
@Suite struct RepresentationTests {
  /// Random values of a random size, around zero or beside it.
  private static func values(
    _ type: QuantizedType, seed: UInt64, _ random: inout SplitMix64
  ) -> Matrix<Float> {
    let (rows, columns) = (
      Int.random(in: 1...9, using: &random), Int.random(in: 1...70, using: &random)
    )
    let exponent = Int.random(in: -126...126, using: &random)
    let size = Float(sign: .plus, exponent: exponent, significand: 1)
    // Far from zero, where a bias of few bits is coarse, for one of three.
    let offset =
      [0, Float.random(in: -2...2, using: &random), 50].randomElement(using: &random) ?? 0
    let raw = Samples.matrix(rows, columns, for: type, seed: seed)
    return Matrix(rows: rows, columns: columns) {
      let value = (raw[$0, $1] / 32 + offset) * size
      return value.isFinite ? value : 0
    }
  }

  private static func isDue(_ error: QuantizationError, _ type: QuantizedType) -> Bool {
    switch error {
    case .rangeTooWide(let minimum, let maximum, _, _): isTooWide(minimum, maximum, type)
    case .negative(let minimum, _, _):
      if case .codebook(let map) = type.mapping.kind {
        map.values[0] >= 0 && minimum < 0
      } else {
        false
      }
    default: false
    }
  }

  /// Whether the scale or bias that a block with this range needs, or a value that a code would stand for,
  /// is larger than its type's largest.
  private static func isTooWide(_ minimum: Float, _ maximum: Float, _ type: QuantizedType) -> Bool {
    let (low, high) = (Double(minimum), Double(maximum))
    let codes = Double(type.storage.codes.count)
    let largest = max(abs(low), abs(high))
    let width = type.mapping.kind == .biased ? high - low : max(high, 0) - min(low, 0)
    let (step, bias) =
      switch (type.mapping.kind, type.storage) {
      case (.asymmetric, _): (width / (codes - 1), 0.0)
      case (.biased, _): (width / (codes - 1), largest)
      case (.codebook(let map), _): (largest / Double(map.values.last ?? 1), 0)
      case (_, .float(let format)): (largest / Double(format.largest), 0)
      default: (largest / (codes / 2), 0)
      }
    let most = type.mapping.scale == .float16 ? 65504 : Double(Float.greatestFiniteMagnitude)
    // The last code of the side that is not used may be twice as far, of two bits.
    return max(step, bias) > most * 0.98
      || max(width, 2 * largest) > Double(Float.greatestFiniteMagnitude) * 0.98
  }

  private static let count = 40

  /// Of the library's rules and of every storage, mapping and scale.
  @Test(arguments: 0..<60) func whatIsTakenDecodesWithinABound(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var taken = 0
    for _ in 0..<Self.count {
      // Scales that are codes are as coarse as the largest of a super-block makes them.
      let types = Catalog.types.filter { $0.mapping.codes == nil }
      let type = try #require(types.randomElement(using: &random))
      let values = Self.values(type, seed: seed, &random)
      do {
        let matrix = try AnyQuantized(quantizing: values, as: type)
        taken += 1
        expectWithinBound(matrix, values)
      } catch {
        #expect(Self.isDue(error, type), "\(type): \(error)")
      }
    }
    #expect(taken >= Self.count * 3 / 4)
  }

  private func expectWithinBound(_ matrix: AnyQuantized, _ values: Matrix<Float>) {
    let decoded: Matrix<Float> = matrix.dequantized()
    let grid = matrix.core.grid
    func block(_ row: Int, _ column: Int) -> Int {
      grid.blockRow(row) * grid.extent.columns + grid.blockColumn(column)
    }
    var ranges: [Int: ClosedRange<Double>] = [:]
    for row in 0..<values.shape.rows {
      for column in 0..<values.shape.columns {
        let value = Double(values[row, column])
        let range = ranges[block(row, column)] ?? value...value
        ranges[block(row, column)] = min(range.lowerBound, value)...max(range.upperBound, value)
      }
    }
    let bounds = ranges.reduce(into: [:]) {
      $0[$1.key] = RepresentationBound(matrix, block: $1.key, range: $1.value)
    }
    for row in 0..<values.shape.rows {
      for column in 0..<values.shape.columns {
        let (value, found) = (Double(values[row, column]), Double(decoded[row, column]))
        let bound = bounds[block(row, column)]?(value) ?? 0
        #expect(abs(found - value) <= bound, "\(matrix.quantizedType) \(value) became \(found)")
      }
    }
  }

  /// A bias of 16 bits that is rounded up leaves the values below it one code.
  @Test(arguments: ["uint8", "int8", "uint4", "int4"], [ScaleFormat.bfloat16, .float16])
  func biasesOfFewBitsKeepNarrowRanges(storage: String, scale: ScaleFormat) throws {
    let type = try #require(QuantizedType(name: "\(storage)-group32-biased-\(scale.rawValue)"))
    for start in [1.005, -1.006, 3.99, 0.2497] as [Float] {
      let values = Matrix<Float>(rows: 3, columns: 64) { row, column in
        start + 1e-3 * Float((row * 29 + column * 13) % 64) / 63
      }
      let matrix = try AnyQuantized(quantizing: values, as: type)
      expectWithinBound(matrix, values)
      // A step is the distance to the bias, less than one unit of its type, in codes at the least.
      let unit = abs(start) * (scale == .bfloat16 ? 0x1p-7 : 0x1p-10) + 1e-3
      for step in matrix.scales.values.array {
        #expect(step * Float(type.storage.codes.upperBound) <= unit * 1.01)
      }
    }
  }

  /// A scale of few bits may leave the other side of zero short of its last code, where the peak is near.
  @Test(arguments: 2...8, [ScaleFormat.bfloat16, .float16])
  func scalesOfFewBitsKeepBothSides(bits: Int, scale: ScaleFormat) throws {
    let type = try #require(QuantizedType(name: "int\(bits)-group32-\(scale.rawValue)"))
    for size in [1, 0x1p-15, 0x1p-19, 0x1p-21, 0x1p-23] as [Float] {
      let values = Matrix<Float>(rows: 64, columns: 64) { row, column in
        let peak = size * (1 + Float(row) / 64)
        return column % 2 == 0 ? peak : -peak * (1 - Float(column) / 640)
      }
      expectWithinBound(try AnyQuantized(quantizing: values, as: type), values)
    }
  }

  /// Steps near the smallest number of `Float16` are rounded up to twice themselves.
  @Test(arguments: 2...8, ["int", "uint"])
  func smallestStepsKeepBothEnds(bits: Int, sign: String) throws {
    let type = try #require(QuantizedType(name: "\(sign)\(bits)-group32-biased-float16"))
    for part in 1...40 {
      let width = 0x1p-24 * Float(type.storage.codes.count - 1) * Float(part) / 16
      for start in [7.6e-4, -3.3e-3, 0] as [Float] {
        let values = Matrix<Float>(rows: 1, columns: 64) { _, column in
          start + width * Float(column * 37 % 64) / 63
        }
        expectWithinBound(try AnyQuantized(quantizing: values, as: type), values)
      }
    }
  }

  /// What decodes to finite values is taken, wherever its range lies.
  @Test func rangesAtTheLargestFloatAreTaken() throws {
    let type = try #require(QuantizedType(name: "uint8-row-biased"))
    for (low, high) in [(-2e38, 1e38), (1e38, 3.3e38), (-3.3e38, -1e38)] as [(Float, Float)] {
      let values = Matrix<Float>(rows: 1, columns: 256) { _, column in
        low + (high - low) * (Float(column) / 255)
      }
      expectWithinBound(try AnyQuantized(quantizing: values, as: type), values)
    }
  }

  @Test(arguments: CodeFormat.all) func aWeightOfEveryStorageRoundTrips(storage: CodeFormat) throws
  {
    for type in Catalog.types where type.storage == storage {
      let values = Samples.matrix(5, 66, for: type, seed: 9)
      let matrix = try AnyQuantized(quantizing: values, as: type)
      let decoded: Matrix<Float> = matrix.dequantized()
      let again: AnyQuantized
      if let coded = matrix.core.coded, let mean = coded.mean {
        try expectMean(mean, of: coded, flat: AnyQuantized(quantizing: values, as: type.flat))
        let parts = CodeMatrix.Parts(codes: matrix.core.codes, coded: coded)
        again = AnyQuantized(try CodeMatrix(type: type, grid: matrix.core.grid, parts: parts))
      } else {
        again = try AnyQuantized(
          type: type, shape: matrix.shape, codeBytes: matrix.core.codes,
          parameters: QuantizationParameters(
            scales: matrix.core.scales.array, zeroPoints: matrix.core.zeroPoints.array,
            biases: matrix.core.biases.array))
      }
      #expect(again == matrix)
      #expect(again.dequantized(as: Float.self) == decoded)
      #expect(
        decoded.values.array == Oracle.numbers(matrix.core).values.map { Float($0) }
          || type.mapping.kind == .biased)
    }
  }

  /// The mean of scales that are numbers, and of each half the widest gap of the table, times the largest distance:
  /// so far, but for less than 16 roundings of the distance, its quotient and product, lies the sum that is rounded.
  private func expectMean(
    _ mean: Float, of coded: QuantizedScales, flat: AnyQuantized
  ) throws {
    let scales = flat.core.scales.array
    #expect(mean == Float(scales.reduce(0) { $0 + Double($1) } / Double(scales.count)))
    let far = scales.map { abs(Double($0) - Double(mean)) }.max() ?? 0
    for (found, scale) in zip(coded.numbers.scales.array, scales) {
      #expect(
        abs(Double(found) - Double(scale)) <= (0.9 / 64 / 2 + 0x1p-20) * far
          + Double(found.ulp) / 2)
    }
  }

  /// The same numbers have as good codes in 16 bits as in 32.
  @Test func float16InputsUseAllCodes() throws {
    for size in [1, 1e-2, 1e-3, 1e-4, 1e-5] as [Float] {
      let half = Matrix<Float16>(rows: 4, columns: 64) { row, column in
        Float16(size * Float((row * 37 + column * 11) % 101 - 50) / 50)
      }
      let same = half.converted(to: Float.self)
      let (short, long) = (
        try Int8Activations(quantizing: half), try Int8Activations(quantizing: same)
      )
      #expect(short == long)
      typealias Half = AffineQuantized<Int8, RowMajor<PerRow, SymmetricMapping<Float16>>>
      let small = try Half(quantizing: same)
      let largest = same.values.array.map(\.magnitude).max() ?? 0
      // A scale in Float16 has no finer unit than 2^-24.
      let steps = Double(largest) / (Double(largest) / 127 + 0x1p-24)
      #expect((small.codes.max() ?? 0) >= Int16(steps - 1))
      // torchao's floor, by its name.
      let torchao = try Int8Activations(quantizing: half, method: .absoluteMaximum)
      #expect(torchao.scales.values.array.allSatisfy { $0 >= 0x1p-14 })
    }
  }

  @Test func parametersThatTheTypeCannotHoldAreRefused() throws {
    typealias Half = AffineQuantized<Int4, RowMajor<PerGroup<32>, SymmetricMapping<Float16>>>
    typealias Power = AffineQuantized<Int4, RowMajor<PerGroup<32>, SymmetricMapping<E8M0>>>
    typealias Wide = AffineQuantized<Int4, RowMajor<PerGroup<32>, Symmetric>>
    let bytes = Buffer([UInt8](repeating: 0x11, count: 16))
    let weight = try Half(
      shape: Shape(1, 32), codeBytes: bytes, parameters: QuantizationParameters(scales: [0.1]))
    #expect(weight.scales[0, 0] == Float(Float16(0.1)))
    #expect(weight.tiled().rowMajor() == weight)
    let ones = Matrix<Float>(rows: 1, columns: 32) { _, _ in 1 }
    let sum = weight.dequantized().values.array.reduce(0, +)
    let product = try linear(ones, weight)[0, 0]
    #expect(abs(product - sum) <= sum * 0x1p-20)
    for scale in [1e6, .infinity, .nan] as [Float] {
      #expect(throws: QuantizationError.self) {
        try Half(
          shape: Shape(1, 32), codeBytes: bytes, parameters: QuantizationParameters(scales: [scale])
        )
      }
    }
    for scale in [-0.3, 0] as [Float] {
      #expect(throws: QuantizationError.invalidScale(scale, blockRow: 0, blockColumn: 0)) {
        try Power(
          shape: Shape(1, 32), codeBytes: bytes, parameters: QuantizationParameters(scales: [scale])
        )
      }
    }
    // Rounding up to a power of two, there is none above.
    typealias Large = AffineQuantized<Ternary, RowMajor<PerTensor, SymmetricMapping<E8M0>>>
    func large(_ scale: Float) throws -> Large {
      try Large(
        shape: Shape(1, 32), codeBytes: Buffer([UInt8](repeating: 0, count: 8)),
        parameters: QuantizationParameters(scales: [scale]))
    }
    #expect(try large(1.5e38).scales[0, 0] == 0x1p127)
    #expect(throws: QuantizationError.invalidScale(3e38, blockRow: 0, blockColumn: 0)) {
      try large(3e38)
    }
    // A bias is named as it is given, too.
    typealias Biased = AffineQuantized<UInt4, RowMajor<PerGroup<32>, BiasedMapping<Float16>>>
    let far = QuantizationParameters(scales: [1], biases: [1e6])
    #expect(throws: QuantizationError.invalidScale(1e6, blockRow: 0, blockColumn: 0)) {
      try Biased(shape: Shape(1, 32), codeBytes: bytes, parameters: far)
    }
    #expect(throws: QuantizationError.invalidScale(1e6, blockRow: 0, blockColumn: 0)) {
      try Biased(quantizing: ones, with: far)
    }
    let error = QuantizationError.overflow(scale: 1e38, bias: 0, blockRow: 0, blockColumn: 0)
    #expect(throws: error) {
      try Wide(
        shape: Shape(1, 32), codeBytes: bytes, parameters: QuantizationParameters(scales: [1e38]))
    }
  }

  @Test func typesThatAreNoneAreRefused() {
    let group = Block(rows: 1, columns: 32)
    for (storage, kind, scale) in [
      (.signed(bits: 12), .symmetric, .float32), (.unsigned(bits: 0), .asymmetric, .float32),
      (.unsigned(bits: 8), .symmetric, .float32), (.unsigned(bits: 4), .biased, .e8m0),
      (.signed(bits: 4), .codebook(.normalFloat4), .float32),
    ] as [(CodeFormat, MappingFormat.Kind, ScaleFormat)] {
      #expect(throws: QuantizationError.self) {
        try QuantizedType(storage, group, MappingFormat(kind: kind, scale: scale))
      }
    }
    for values in [
      [], [0, 0, 0, 1], [1, 0, 2, 3], [-3, -2, -1, 0], [0, 1, 2], [0, 1, 2, .nan],
    ] as [[Float]] {
      let map = CodebookFormat(name: "mine", values: values)
      #expect(throws: QuantizationError.self) {
        try QuantizedType(
          .unsigned(bits: 2), group, MappingFormat(kind: .codebook(map), scale: .float32))
      }
    }
  }
}
