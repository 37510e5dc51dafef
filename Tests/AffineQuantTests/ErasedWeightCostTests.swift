import AffineQuant
import AffineTestSupport
import AllocationCounter
import Testing

/// A weight whose type is a value, and one that is packed, cost what the function costs: the same kernels run on
/// codes as they lie, and nothing is allocated besides.
@Suite struct ErasedWeightCostTests {
  /// The kernels that run in a call.
  private static func kernels(_ body: (Execution) throws -> Void) rethrows -> [KernelRow] {
    let record = KernelRecord()
    var execution = Execution.standard
    execution.record = record
    try body(execution)
    return record.rows
  }

  @Test func kernelsAreThoseOfTheFunction() throws {
    func check<S, L: RowMajorLayout>(_ weight: AffineQuantized<S, L>) throws
    where L.Scaling: RowSliced {
      let tiled = weight.tiled(), packed = PackedWeight(weight)
      let (erased, erasedRows): (any QuantizedMatrix, any QuantizedMatrix) = (tiled, weight)
      for rows in [1, 6] {
        let x = Samples.matrix(rows, 100)
        let plan = try #require(explain(.linear, x, tiled))
        // No weight is packed or unpacked at a call, nor do its codes become floats before they are multiplied.
        #expect(plan.steps.map(\.work) == [.packLHS, .multiply], "\(weight)")
        let expected = try Self.kernels { _ = try linear(x, tiled, on: $0) }
        #expect(expected.contains(plan.kernel), "\(weight)")
        #expect(Set(expected).isSubset(of: plan.kernels), "\(weight)")
        #expect(try Self.kernels { _ = try erased.linear(x, on: $0) } == expected, "\(weight)")
        #expect(try Self.kernels { _ = try packed.linear(x, on: $0) } == expected, "\(weight)")

        let packing = try Self.kernels { _ = try linear(x, weight, on: $0) }
        #expect(try Self.kernels { _ = try erasedRows.linear(x, on: $0) } == packing, "\(weight)")
      }
    }
    try check(Int8Weight(quantizing: Samples.matrix(37, 100)))
    try check(Int4Weight(quantizing: Samples.matrix(37, 100)))
    try check(UInt4BiasedWeight(quantizing: Samples.matrix(37, 100)))
    try check(NF4Weight(quantizing: Samples.matrix(37, 100)))
    try check(TernaryWeight(quantizing: Samples.matrix(37, 100)))
  }

  @Test(.enabled(if: allocations_are_counted()))
  func allocationsAreThoseOfTheFunctionWhateverTheSize() throws {
    let execution = Execution(threads: 1)
    let x = Samples.matrix(3, 256, seed: 1)
    func check<S, L: RowMajorLayout>(_ weights: [AffineQuantized<S, L>]) throws
    where L.Scaling: RowSliced {
      let costs = try weights.map { weight in
        let tiled = weight.tiled(on: execution)
        let erased: any QuantizedMatrix = tiled
        let typed = try allocations { _ = try linear(x, tiled, on: execution) }
        #expect(try allocations { _ = try erased.linear(x, on: execution) } <= typed, "\(weight)")
        // The memory of the result and the object that owns it.
        for packed in [PackedWeight(weight, on: execution), PackedWeight(tiled, on: execution)] {
          #expect(try allocations { _ = try packed.linear(x, on: execution) } == 2, "\(weight)")
        }
        // What lies in panels is taken as it is: the object that keeps it.
        #expect(allocations { _ = PackedWeight(tiled, on: execution) } == 1, "\(weight)")
        return typed
      }
      #expect(Set(costs).count == 1, "\(weights): \(costs)")
    }
    let values = [96, 1536].map { Samples.matrix($0, 256, seed: 2) }
    try check(values.map { try Int8Weight(quantizing: $0) })
    try check(values.map { try Int4Weight(quantizing: $0) })
    try check(values.map { try UInt4BiasedWeight(quantizing: $0) })
    try check(values.map { try NF4Weight(quantizing: $0) })
  }

  /// A call that made its plan or packed its weight again would allocate that as well.
  @Test(
    .enabled(if: allocations_are_counted()),
    arguments: [
      ("int8-row", "int8-token"), ("int4-group32", "int8-token"), ("int4-group32", "int8-group32"),
      ("uint4-group32-biased", "int8-group32"),
    ])
  func plansOfAPackedWeightAreMadeOnce(weight: String, inputs: String) throws {
    let execution = Execution(threads: 1)
    let type = try #require(QuantizedType(name: weight))
    let inputType = try #require(QuantizedType(name: inputs))
    let matrix = try AnyQuantized(quantizing: Samples.matrix(96, 256, seed: 2), as: type)
    let packed = PackedWeight(matrix, inputs: inputType, on: execution)
    for rows in [1, 6] {
      let x = Samples.matrix(rows, 256, seed: 1)
      #expect(try allocations { _ = try packed.linear(x, on: execution) } == 2, "\(rows) rows")
    }
  }
}
