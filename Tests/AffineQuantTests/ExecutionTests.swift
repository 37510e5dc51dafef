import AffineQuant
import AffineTestSupport
import Testing

/// Neither threads nor instruction sets change a result.
@Suite struct ExecutionTests {
  private static let names = [
    "portable", "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "avx512bf16", "amx", "amxbf16",
    "neon", "neondot", "i8mm", "neonbf16", "sme",
  ]

  @Test func resultsDoNotDependOnThreadsOrInstructionSets() throws {
    // Products of more than 2^21 multiplications have work for 16 threads.
    let x = Samples.matrix(67, 300, seed: 1), w = Samples.matrix(105, 300, seed: 2)
    let g = Samples.matrix(67, 105, seed: 3)
    func results(_ on: Execution) throws -> [Matrix<Float>] {
      let weight = try Int4Weight(quantizing: w, on: on)
      let block = try Int8Block(quantizing: w, on: on)
      return [
        try linear(x, weight, on: on),
        try linear(UInt8Activations(quantizing: x, on: on), weight.tiled(on: on), on: on),
        try inputGradient(g, weight, on: on),
        try inputGradient(Int8Activations(quantizing: g, on: on), block, on: on),
        try weightGradient(
          Int8Block(quantizing: g, on: on), Int8Block(quantizing: x, on: on), on: on),
        block.transposed(on: on).dequantized(on: on), weight.dequantized(on: on),
      ]
    }
    let expected = try results(Execution(threads: 1, instructionSet: .portable))
    let sets = Self.names.compactMap { InstructionSet(name: $0) }
      .filter { $0.isSubset(of: .running) }
    for threads in 1...16 {
      // The portable kernels take as long as all others together.
      for set in sets where set != .portable || [2, 16].contains(threads) {
        let results = try results(Execution(threads: threads, instructionSet: set))
        for (index, result) in results.enumerated() {
          #expect(result == expected[index], "\(set.name), \(threads) threads, result \(index)")
        }
      }
    }
    let record = KernelRecord()
    var execution = Execution.threads(16)
    execution.record = record
    _ = try results(execution)
    // Large tiles make fewer parts than there are threads.
    #expect(record.threads >= 8)
  }

  @Test func anExplanationNamesTheRowAndWhyNoFasterOne() throws {
    let portable = Execution(threads: 1, instructionSet: .portable)
    let explanation = try #require(
      explain(.linear, Int8Activations.self, Int8Weight.self, on: portable))
    #expect(explanation.kernel.name == "aq_matmul_i8_portable")
    #expect(explanation.tier == .portable)
    #expect(!explanation.passedOver.isEmpty)
    #expect(explanation.passedOver.allSatisfy { !$0.reason.isEmpty })
    #expect(explanation.description.contains("aq_matmul_i8_avx2 passed over"))
    #expect(explain(.inputGradient, Int8Activations.self, Int8Weight.self) == nil)
  }

  /// What this CPU cannot run is another thing than what an execution leaves out.
  @Test func aReasonSaysWhoseItIs() throws {
    func passedOver(_ sets: InstructionSet) throws -> [PassedOver] {
      let execution = Execution(threads: 1, instructionSet: sets)
      let plan = explain(.linear, Int8Activations.self, Int8Weight.self, on: execution)
      return try #require(plan).passedOver.filter(\.row.isBuilt)
    }
    func names(_ sets: InstructionSet) -> String { sets.allNames.joined(separator: ", ") }
    for passed in try passedOver(.portable) {
      let (needs, lacking) = (passed.row.needs, passed.row.needs.subtracting(.running))
      #expect(
        passed.reason
          == (lacking.isEmpty
            ? "the execution leaves out \(names(needs))" : "the CPU lacks \(names(lacking))"))
    }
    // Sets that are allowed are not there for that.
    for passed in try passedOver(InstructionSet(rawValue: .max)) {
      #expect(passed.reason == "the CPU lacks \(names(passed.row.needs.subtracting(.running)))")
    }
  }

  @Test func instructionSetsHaveNames() {
    for name in Self.names {
      #expect(InstructionSet(name: name)?.name == name)
    }
    #expect(InstructionSet(name: "sse9") == nil)
  }

  @Test func threadCountsAreClamped() {
    #expect(Execution.threads(0).threads == 1)
    #expect(Execution.threads(-3).threads == 1)
    #expect(Execution.threads(.max).threads == 256)
    #expect(Execution.standard.threads >= 1)
    var execution = Execution.threads(2)
    execution.threads = 0
    #expect(execution.threads == 1)
    execution.threads = .max
    #expect(execution.threads == 256)
  }

  /// The library can say nothing where it reads the variable: what is no count is as if it were not set.
  @Test(arguments: [
    ("1", 1), ("7", 7), ("256", 256), ("0", nil), ("-1", nil), ("257", nil), ("", nil), ("2x", nil),
    ("x", nil), (" 2", nil), ("2 ", nil), ("+2", nil), ("02", nil), ("2.0", nil), ("1e1", nil),
    ("99999999999999999999", nil),
  ])
  func valuesOfTheEnvironment(_ text: String, _ threads: Int?) {
    #expect(Execution.threads(named: text) == threads)
  }
}
