import AffineQuant
import AffineTestSupport
import Testing

/// What a quantizer takes it represents: within a bound, and as finite values.
@Suite struct RepresentationTests {
  /// Steps that a value may lie from what its code stands for.
  ///
  /// Half a step of rounding. A value beyond the last code loses more: with a range, half a step where the
  /// zero point rounds; `extreme` takes what errs by less than (1 + 1 / high) / 2 steps at the other end. A
  /// scale of p bits is rounded by 2^-p of itself, at most 0.5 steps for 127 codes of bfloat16 and 1 for 255;
  /// a bias, by 2^-p of its own.
  private static func bound(_ matrix: AnyQuantized, block: Int) -> Double {
    let type = matrix.quantizedType
    let (scale, codes) = (Double(abs(matrix.core.scales[block])), type.storage.codes)
    let isHalf = type.mapping.scale == .float16 || type.mapping.scale == .bfloat16
    let bits = type.mapping.scale == .float16 ? 11.0 : 8.0
    let rounding = isHalf ? Double(codes.count) / (1 << Int(bits)).asDouble : 1e-5
    switch type.mapping.kind {
    case .symmetric:
      let isExtreme = type.rule == .extreme
      return scale * (0.5 + rounding + (isExtreme ? 0.5 / Double(codes.upperBound) + 0.5 : 0))
    case .asymmetric: return scale * (1 + 2 * rounding)
    case .biased:
      let bias = Double(abs(matrix.core.biases[block]))
      return scale * (0.5 + rounding) + bias * (isHalf ? 2 / (1 << Int(bits)).asDouble : 0x1p-22)
    case .codebook: return .infinity
    }
  }

  @Test(arguments: 0..<24) func whatIsTakenDecodesWithinABound(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let types = Catalog.types.filter { $0.storage.isInteger }
    for _ in 0..<40 {
      let type = try #require(types.randomElement(using: &random))
      let shape = Shape(.random(in: 1...9, using: &random), .random(in: 1...70, using: &random))
      let exponent = Float.random(in: -126...126, using: &random)
      let size = Float(sign: .plus, exponent: Int(exponent), significand: 1)
      let offset: Float = Bool.random(using: &random) ? 0 : .random(in: -2...2, using: &random)
      let raw = Samples.matrix(shape.rows, shape.columns, for: type, seed: seed)
      let values = Matrix<Float>(rows: shape.rows, columns: shape.columns) {
        let value = (raw[$0, $1] / 32 + offset) * size
        return value.isFinite ? value : 0
      }
      guard let matrix = try? AnyQuantized(quantizing: values, as: type) else { continue }
      let decoded: Matrix<Float> = matrix.dequantized()
      #expect(decoded.values.array.allSatisfy { $0.isFinite }, "\(type) \(size)")
      guard type.rule != .meanMagnitude, type.rule != .largest else { continue }
      let grid = matrix.core.grid
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let block = grid.blockRow(row) * grid.extent.columns + grid.blockColumn(column)
          let error = abs(Double(values[row, column]) - Double(decoded[row, column]))
          let bound = Self.bound(matrix, block: block) + Double(Float.leastNonzeroMagnitude)
          #expect(error <= bound, "\(type) \(values[row, column]) of \(size)")
        }
      }
    }
  }

  @Test(arguments: CodeFormat.all) func aWeightOfEveryStorageRoundTrips(storage: CodeFormat) throws
  {
    for type in Catalog.types where type.storage == storage {
      let values = Samples.matrix(5, 66, for: type, seed: 9)
      let matrix = try AnyQuantized(quantizing: values, as: type)
      let decoded: Matrix<Float> = matrix.dequantized()
      let again = try AnyQuantized(
        type: type, shape: matrix.shape, codeBytes: matrix.core.codes,
        parameters: QuantizationParameters(
          scales: matrix.core.scales.array, zeroPoints: matrix.core.zeroPoints.array,
          biases: matrix.core.biases.array))
      #expect(again == matrix)
      #expect(again.dequantized(as: Float.self) == decoded)
      #expect(
        decoded.values.array == Oracle.numbers(matrix.core).values.map { Float($0) }
          || type.mapping.kind == .biased)
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

extension Int {
  fileprivate var asDouble: Double { Double(self) }
}
