import AffineQuant
import AffineTestSupport
import Testing

/// Conversions of every element type, rounding and rule: what is planned is what runs, with the bits of the portable
/// kernels.
@Suite struct ConversionPlanTests {
  static let names = [
    "int8-row", "uint8-row", "int4-group32", "int3-group16-float16", "uint4-group32-biased",
    "uint4-group32-biased-bfloat16", "uint8-group32-biased", "uint4-group64-nf4", "float8e4m3-row",
  ]
  static let roundings = [Rounding.nearestEven, .floor, .towardZero, .stochastic(seed: 3)]
  private static let sets = [InstructionSet.portable, .avx2, .neon, .running].filter {
    $0.isSubset(of: .running)
  }

  /// The kernels of a call.
  private static func kernels(
    _ set: InstructionSet, _ body: (Execution) throws -> Void
  ) rethrows -> [KernelRow] {
    let record = KernelRecord()
    var execution = Execution(threads: 2, instructionSet: set)
    execution.record = record
    try body(execution)
    return record.rows
  }

  private static func quantized(
    _ values: Matrix<Float>, from element: ElementType, _ type: QuantizedType,
    _ options: QuantizationOptions, _ on: Execution
  ) throws -> CodeMatrix {
    switch element {
    case .float32: try .quantize(values, as: type, options, on)
    case .float16: try .quantize(values.converted(to: Float16.self), as: type, options, on)
    case .bfloat16: try .quantize(values.converted(to: BFloat16.self), as: type, options, on)
    }
  }

  @Test(arguments: names, ElementType.allCases)
  func quantizing(name: String, element: ElementType) throws {
    let type = try #require(QuantizedType(name: name))
    let values = Samples.matrix(5, 70, seed: 1)
    for rounding in Self.roundings {
      for rule in [nil] + ParameterRule.allCases.map(Optional.some) {
        let options = QuantizationOptions(rule: rule, rounding: rounding)
        let says = "\(rule.map(\.rawValue) ?? "default") \(rounding)"
        var portable: CodeMatrix?
        for set in Self.sets {
          let execution = Execution(threads: 2, instructionSet: set)
          let planned = plan(
            for: .quantize, .quantized(type), element: element, options: options, on: execution)
          var codes: CodeMatrix?
          let ran = Self.kernels(set) {
            codes = try? Self.quantized(values, from: element, type, options, $0)
          }
          // A rule that is not for the type has no plan, and nothing runs.
          #expect(ran == planned?.kernels ?? [], "\(says)")
          #expect((codes == nil) == (planned == nil), "\(says)")
          portable = portable ?? codes
          #expect(codes == portable, "\(says)")
        }
      }
    }
  }

  @Test(arguments: names) func dequantizing(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let codes = Samples.codes(5, 70, type)
    for set in Self.sets {
      func check<Element: FloatElement & Equatable>(_: Element.Type) throws {
        let element = Element.elementType
        let planned = plan(
          for: .dequantize, .quantized(type), element: element,
          on: Execution(threads: 2, instructionSet: set))
        var found = Matrix<Element>(rows: 0, columns: 0) { _, _ in Element(rounding: 0) }
        let ran = Self.kernels(set) { found = codes.dequantized($0) }
        #expect(ran == planned?.kernels, "\(element)")
        let floats: Matrix<Float> = codes.dequantized(.threads(1))
        let numbers = Oracle.numbers(codes)
        for row in 0..<5 {
          for column in 0..<70 {
            let bias = codes.biases.count == 0 ? 0 : bias(codes, row, column)
            // Numbers of few bits: the product is exact in Double, and so is the sum.
            let product = Element(rounding: Float(numbers[row, column] - Double(bias))).float
            let expected =
              element == .float32
              ? floats[row, column] : Element(rounding: product + bias).float
            #expect(found[row, column].float == expected, "\(element) \(row) \(column)")
          }
        }
      }
      try check(Float.self)
      try check(Float16.self)
      try check(BFloat16.self)
    }
  }

  private func bias(_ codes: CodeMatrix, _ row: Int, _ column: Int) -> Float {
    let grid = codes.grid
    return codes.biases[grid.blockRow(row) * grid.extent.columns + grid.blockColumn(column)]
  }

  /// What is quantized again becomes values first.
  @Test func requantizingHasTheStepsOfBoth() throws {
    let source = Int4Weight.type, type = Int8Weight.type
    let planned = try #require(plan(for: .requantize, .quantized(type), .quantized(source)))
    #expect(planned.steps.map(\.work) == [.dequantize, .convert])
    let weight = try Int4Weight(quantizing: Samples.matrix(5, 64))
    let ran = try Self.kernels(.running) { _ = try weight.requantized(Int8Weight.self, on: $0) }
    #expect(ran == planned.kernels)
  }

  /// Sums become halves in a step of their own.
  @Test func resultsOfHalvesAreFinished() throws {
    let x = Samples.matrix(3, 70).converted(to: Float16.self)
    let weight = try Int8Weight(quantizing: Samples.matrix(7, 70)).tiled()
    let planned = try #require(explain(.linear, x, weight))
    #expect(planned.steps.last?.work == .finish)
    #expect(try Self.kernels(.running) { _ = try linear(x, weight, on: $0) } == planned.kernels)
    #expect(explain(.linear, Matrix<Float>.self, Int8Weight.self)?.steps.last?.work == .multiply)
    #expect(explain(.linear, Matrix<Float16>.self, Int8Weight.self)?.steps.last?.work == .finish)
  }

  /// Panels become rows before their values are made, with the kernels and bytes that the plan says; what does not
  /// compile of panels has no plan.
  @Test func panelsAreUnpackedFirst() throws {
    func check<Storage: SymmetricStorage>(_: Storage.Type) throws {
      typealias Weight = AffineQuantized<Storage, RowMajor<PerRow, SymmetricMapping<Float>>>
      let tiled = try Weight(quantizing: Samples.matrix(37, 70)).tiled()
      for set in Self.sets {
        let execution = Execution(threads: 2, instructionSet: set)
        let planned = try #require(explain(.dequantize, tiled, on: execution))
        #expect(planned.steps.map(\.work) == [.unpackLHS, .convert])
        #expect(Self.kernels(set) { _ = tiled.dequantized(on: $0) } == planned.kernels)
        let ofType = explain(.dequantize, type(of: tiled), on: execution)
        #expect(ofType?.steps.map(\.kernels) == planned.steps.map(\.kernels))
        let stored = tiled.core.storage.byteCount(columns: 70) * 37 + 4 * 37
        #expect(planned.steps.map(\.bytes) == [2 * stored, stored + 4 * 37 * 70])
      }
      #expect(explain(.transpose, tiled) == nil)
    }
    try check(Int8.self)
    try check(Int4.self)
    try check(Int3.self)
  }
}
