import AffineQuant
import AffineTestSupport
import AllocationCounter
import Testing

/// What a call allocates once a first one of its size has run.
@Suite struct AllocationTests {
  @Test(.enabled(if: allocations_are_counted()), arguments: [1, 3])
  func aResultThatIsGivenCostsNone(threads: Int) throws {
    let execution = Execution(threads: threads)
    let x = Samples.matrix(37, 256, seed: 1)
    let w = try AnyQuantized(quantizing: Samples.matrix(96, 256, seed: 2), as: Int8Weight.type)
    let packed = PackedWeight(w, inputs: Int8Activations.type, on: execution)
    let weightOnly = PackedWeight(w, on: execution)
    var result = Matrix<Float>(rows: 37, columns: 96) { _, _ in 0 }
    #expect(try allocations { try packed.linear(x, into: &result, on: execution) } == 0)
    #expect(try result == packed.linear(x))
    let inputs = try #require(QuantizedType(name: "uint8-token"))
    let asymmetric = PackedWeight(w, inputs: inputs, on: execution)
    #expect(try allocations { try asymmetric.linear(x, into: &result, on: execution) } == 0)
    #expect(try result == asymmetric.linear(x))
    #expect(try allocations { try weightOnly.linear(x, into: &result, on: execution) } == 0)
    #expect(try result == weightOnly.linear(x))
  }

  /// The memory of the result and the object that owns it.
  @Test(.enabled(if: allocations_are_counted()))
  func aResultThatIsNotCostsItself() throws {
    let execution = Execution(threads: 1)
    let x = Samples.matrix(8, 256, seed: 1)
    let w = try AnyQuantized(quantizing: Samples.matrix(96, 256, seed: 2), as: Int8Weight.type)
    let packed = PackedWeight(w, inputs: Int8Activations.type, on: execution)
    #expect(try allocations { _ = try packed.linear(x, on: execution) } == 2)
  }
}
