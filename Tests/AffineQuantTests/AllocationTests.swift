import AffineKernels
import AffineQuant
import AffineTestSupport
import AllocationCounter
import Synchronization
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

  private typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

  /// Codes that become values on their way: whole numbers, with zero points, in groups, and places in a table.
  @Test(.enabled(if: allocations_are_counted()), arguments: [1, 3])
  func gradientsOfFloatsAndCodesCostNone(threads: Int) throws {
    let execution = Execution(threads: threads)
    let (x, w) = (Samples.matrix(37, 256, seed: 1), Samples.matrix(96, 256, seed: 2))
    let g = Samples.matrix(37, 96, seed: 3)
    let (gradient, half) = (g, g.converted(to: Float16.self))
    var (dx, dw) = (Samples.matrix(37, 256), Samples.matrix(96, 256))
    var halves = Samples.matrix(37, 256).converted(to: Float16.self)
    let (int4, nf4) = (try Int4Weight(quantizing: w), try NF4Weight(quantizing: w))
    let (rows, asymmetric) = (
      try Int8Activations(quantizing: x), try UInt8Activations(quantizing: x)
    )
    func check(_ body: () throws -> Void) throws {
      #expect(try allocations(body) == 0)
    }
    try check { try inputGradient(gradient, int4, into: &dx, on: execution) }
    #expect(try dx == inputGradient(gradient, int4))
    try check { try inputGradient(gradient, nf4, into: &dx, on: execution) }
    #expect(try dx == inputGradient(gradient, nf4))
    try check { try inputGradient(half, int4, into: &halves, on: execution) }
    #expect(try halves == inputGradient(half, int4))
    try check { try weightGradient(gradient, rows, into: &dw, on: execution) }
    #expect(try dw == weightGradient(gradient, rows))
    try check { try weightGradient(gradient, asymmetric, into: &dw, on: execution) }
    #expect(try dw == weightGradient(gradient, asymmetric))
  }

  /// Codes on both sides, which are packed at every call: with a scale a lane, and in blocks.
  @Test(.enabled(if: allocations_are_counted()), arguments: [1, 3])
  func gradientsOfCodesCostNone(threads: Int) throws {
    let execution = Execution(threads: threads)
    let (x, w) = (Samples.matrix(37, 256, seed: 1), Samples.matrix(96, 256, seed: 2))
    let g = Samples.matrix(37, 96, seed: 3)
    let (columns, turned) = (try Columns(quantizing: x), try Columns(quantizing: w))
    let (slopes, saved) = (try Int8Activations(quantizing: g), try Columns(quantizing: g))
    let blocks = (
      x: try Int8Block(quantizing: x), w: try Int8Block(quantizing: w),
      g: try Int8Block(quantizing: g)
    )
    let asymmetric = try UInt8Activations(quantizing: g)
    var (dx, dw) = (Samples.matrix(37, 256), Samples.matrix(96, 256))
    func check(_ body: () throws -> Void) throws {
      #expect(try allocations(body) == 0)
    }
    try check { try inputGradient(slopes, turned, into: &dx, on: execution) }
    #expect(try dx == inputGradient(slopes, turned))
    try check { try inputGradient(asymmetric, blocks.w, into: &dx, on: execution) }
    #expect(try dx == inputGradient(asymmetric, blocks.w))
    try check { try weightGradient(saved, columns, into: &dw, on: execution) }
    #expect(try dw == weightGradient(saved, columns))
    try check { try weightGradient(blocks.g, blocks.x, into: &dw, on: execution) }
    #expect(try dw == weightGradient(blocks.g, blocks.x))
  }

  /// Every product of the catalog's types, of codes that lie row by row and in panels, also those of other kernels.
  @Test(.enabled(if: allocations_are_counted()), arguments: [InstructionSet.running, .portable])
  func productsOfAllTypesCostNone(instructionSet: InstructionSet) throws {
    try Self.productsOfAllTypesCostNone(
      5, 7, 70, on: Execution(threads: 1, instructionSet: instructionSet))
  }

  private static func productsOfAllTypesCostNone(
    _ m: Int, _ n: Int, _ k: Int, on execution: Execution
  ) throws {
    let products: [MatrixOperation] = [.linear, .inputGradient, .weightGradient]
    for cell in CoverageCell.all where products.contains(cell.operation) {
      let isSum = cell.operation == .weightGradient
      let first = isSum ? Samples.matrix(k, m, seed: 1) : Samples.matrix(m, k, seed: 1)
      let second =
        cell.operation == .linear
        ? Samples.matrix(n, k, for: cell.weights, seed: 2)
        : Samples.matrix(k, n, for: cell.weights, seed: 2)
      let lhs = try ErasedOperand(first, as: cell.activations)
      let rhs = try ErasedOperand(second, as: .quantized(cell.weights))
      var execution = execution
      execution.precision = cell.precision
      var sides = [("rows", rhs)]
      if cell.operation == .linear, case .quantized(let codes) = rhs, cell.weights.liesInPanels {
        sides.append(("panels", .quantized(codes.tiled())))
      }
      for (lies, rhs) in sides {
        let call = ProductCall(cell.operation, lhs, rhs, on: execution)
        var result = Matrix<Float>(rows: m, columns: n) { _, _ in 0 }
        let count = try allocations { try call.write(into: &result) }
        #expect(
          count == 0, "\(cell.operation) \(cell.activationsName) \(cell.weights.name), \(lies)")
      }
    }
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

  /// Nor do workers allocate: counted in a process of its own, since here they help other tests, too.
  @Test(.enabled(if: allocations_are_counted())) func workersAllocateNothing() async {
    await #expect(processExitsWith: .success) {
      countAllocations(ofAll: 3)
      let tests = AllocationTests()
      try tests.aResultThatIsGivenCostsNone(threads: 3)
      try tests.productsOfFloatsCostNone(threads: 3)
      try tests.gradientsOfFloatsAndCodesCostNone(threads: 3)
      try tests.gradientsOfCodesCostNone(threads: 3)
      // Work for three threads.
      try Self.productsOfAllTypesCostNone(64, 96, 640, on: .threads(3))
    }
  }

  /// Two parts on two threads, of which the worker's allocates.
  private struct Allocating: ~Copyable, ParallelWork {
    static let count = 100
    let preparations = 0, parts = 2
    let started = Atomic(0)

    func prepare(_ part: Int, worker: Int) {}

    func run(_ part: Int, worker: Int) {
      started.add(1, ordering: .sequentiallyConsistent)
      while started.load(ordering: .sequentiallyConsistent) < 2 { aq_sleep(50_000) }
      if worker > 0 { for _ in 0..<Self.count { _ = Buffer([Float(part)]) } }
    }
  }

  /// Else the test above would count nothing.
  @Test(.enabled(if: allocations_are_counted())) func whatWorkersAllocateCounts() async {
    await #expect(processExitsWith: .success) {
      countAllocations(ofAll: 2)
      let count = allocations { ThreadPool.shared.run(Allocating(), threads: 2, nil) }
      #expect(count >= Allocating.count)
    }
  }
}
