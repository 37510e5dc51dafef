import AffineQuant
import AffineTestSupport
import Testing

/// How often a product splits its work among threads.
@Suite struct RegionTests {
  private static let x = Samples.matrix(64, 512, seed: 1), w = Samples.matrix(256, 512, seed: 2)

  /// The regions of a call once a first one has made what a weight keeps.
  private static func regions(
    threads: Int = 2, _ body: (Execution) throws -> Matrix<Float>
  ) rethrows -> Int {
    let record = KernelRecord()
    var execution = Execution.threads(threads)
    execution.record = record
    _ = try body(execution)
    let first = record.regions
    _ = try body(execution)
    return record.regions - first
  }

  @Test(arguments: [
    ("int8-row", "int8-token"), ("int8-row", "uint8-token"), ("int4-group32", "int8-token"),
    ("int4-group32", "int8-group32"), ("uint4-group32-biased", "int8-group32"), ("int8-row", nil),
    ("int4-group32", nil), ("uint4-group64-nf4", nil),
  ])
  func aPackedWeightTakesOne(weight: String, inputs: String?) throws {
    let type = try #require(QuantizedType(name: weight))
    let inputType = try inputs.map { try #require(QuantizedType(name: $0)) }
    let packed = PackedWeight(try AnyQuantized(quantizing: Self.w, as: type), inputs: inputType)
    #expect(try Self.regions { try packed.linear(Self.x, on: $0) } == 1)
    #expect(try Self.regions(threads: 1) { try packed.linear(Self.x, on: $0) } == 0)
  }

  /// Panels of other kernels are unpacked and packed before each product: a plan that holds a copy is not kept.
  @Test(
    .enabled(if: InstructionSet.running != .portable),
    arguments: ["int8-token", "int8-group32", "uint8-token"])
  func panelsOfOtherKernelsTakeThree(inputs: String) throws {
    let inputType = try #require(QuantizedType(name: inputs))
    let packed = PackedWeight(
      try Int8Weight(quantizing: Self.w), inputs: inputType,
      on: Execution(threads: 1, instructionSet: .portable))
    #expect(try Self.regions { try packed.linear(Self.x, on: $0) } == 3)
  }

  @Test func floatsTakeOne() throws {
    let (x, w) = (Self.x, Self.w), g = Samples.matrix(64, 256, seed: 3)
    let block = try Int8Block(quantizing: w)
    #expect(try Self.regions { try linear(x, w, on: $0) } == 1)
    #expect(try Self.regions { try inputGradient(g, block, on: $0) } == 1)
    #expect(try Self.regions { try weightGradient(g, x, on: $0) } == 1)
  }

  /// Codes on the right that do not lie packed are packed before all else.
  @Test func codesThatAreNotPackedTakeTwo() throws {
    let weight = try Int8Weight(quantizing: Self.w), block = try Int8Block(quantizing: Self.w)
    let input = try Int8Activations(quantizing: Self.x)
    let tokens = try Int8Block(quantizing: Samples.matrix(64, 512, seed: 3))
    let g = Samples.matrix(64, 256, seed: 4)
    let (gradient, gradients) = (
      try Int8Activations(quantizing: g), try Int8Block(quantizing: g)
    )
    #expect(try Self.regions { try linear(Self.x, weight, on: $0) } == 2)
    #expect(try Self.regions { try linear(input, weight, on: $0) } == 2)
    #expect(try Self.regions { try linear(input, weight.tiled(), on: $0) } == 1)
    #expect(try Self.regions { try inputGradient(gradient, block, on: $0) } == 2)
    #expect(try Self.regions { try weightGradient(gradients, tokens, on: $0) } == 2)
  }
}
