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

  /// Of floats nothing is allocated.
  @Test(.enabled(if: allocations_are_counted()), arguments: [1, 3])
  func productsOfFloatsCostNone(threads: Int) throws {
    let execution = Execution(threads: threads)
    let (x, w) = (Samples.matrix(37, 256, seed: 1), Samples.matrix(96, 256, seed: 2))
    let g = Samples.matrix(37, 96, seed: 3)
    var (y, dx, dw) = (
      Samples.matrix(37, 96), Samples.matrix(37, 256), Samples.matrix(96, 256)
    )
    #expect(try allocations { try linear(x, w, into: &y, on: execution) } == 0)
    #expect(try allocations { try inputGradient(g, w, into: &dx, on: execution) } == 0)
    #expect(try allocations { try weightGradient(g, x, into: &dw, on: execution) } == 0)
    #expect(try y == linear(x, w) && dx == inputGradient(g, w) && dw == weightGradient(g, x))
  }

  /// Of codes what they are read and packed with, and no result.
  @Test(.enabled(if: allocations_are_counted()))
  func gradientsThatAreGivenTheirResultsSaveThese() throws {
    let execution = Execution(threads: 1)
    let (x, w) = (Samples.matrix(37, 256, seed: 1), Samples.matrix(96, 256, seed: 2))
    let g = Samples.matrix(37, 96, seed: 3)
    let (rows, weight) = (try Int8Activations(quantizing: x), try Int4Weight(quantizing: w))
    typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>
    let (columns, turned) = (try Columns(quantizing: x), try Columns(quantizing: w))
    let (slopes, saved) = (try Int8Activations(quantizing: g), try Columns(quantizing: g))
    var (dx, dw) = (Samples.matrix(37, 256), Samples.matrix(96, 256))
    let counts = [
      (
        try allocations { try inputGradient(g, weight, into: &dx, on: execution) },
        try allocations { _ = try inputGradient(g, weight, on: execution) }
      ),
      (
        try allocations { try weightGradient(g, rows, into: &dw, on: execution) },
        try allocations { _ = try weightGradient(g, rows, on: execution) }
      ),
      (
        try allocations { try inputGradient(slopes, turned, into: &dx, on: execution) },
        try allocations { _ = try inputGradient(slopes, turned, on: execution) }
      ),
      (
        try allocations { try weightGradient(saved, columns, into: &dw, on: execution) },
        try allocations { _ = try weightGradient(saved, columns, on: execution) }
      ),
    ]
    for (given, made) in counts { #expect(given < made) }
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
