import AffineQuant
import AffineTestSupport
import Testing

/// How many threads a product is worth.
///
/// That no shape is slower on more threads than on one cannot be timed where tests run. What it rests on can be
/// counted: every thread has work that takes longer than calling it does.
@Suite struct WorkThresholdTests {
  struct Size: Sendable, CustomTestStringConvertible {
    let m, n, k: Int
    var multiplications: Int { m * n * k }
    var testDescription: String { "\(m) × \(n) × \(k)" }

    init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }
  }

  /// What a thread does at least: so many multiplications, a microsecond or more of the slowest kernels that products
  /// of this kind have with any vectors; or, where few rows wait for a weight, so many bytes of it read.
  private static let ofThread = (codes: 1 << 16, floats: 1 << 15, bytes: 1 << 17)

  static let sizes = [
    Size(1, 1, 1), Size(1, 64, 64), Size(1, 576, 200), Size(7, 33, 129), Size(64, 64, 63),
    Size(1, 511, 512), Size(4, 256, 255), Size(1, 1024, 255), Size(1, 576, 1536),
    Size(8, 512, 256), Size(37, 100, 777), Size(64, 576, 256), Size(128, 256, 128),
  ]

  /// The most threads of the regions of a call.
  private static func threads(_ body: (Execution) throws -> Void) rethrows -> Int {
    let record = KernelRecord()
    var execution = Execution.threads(16)
    execution.record = record
    try body(execution)
    return record.threads
  }

  /// The threads that calls of a size were split among: of float rows and rows that are quantized on their way with a
  /// packed weight, and of floats.
  private static func threads(of size: Size) throws -> [String: Int] {
    let x = Samples.matrix(size.m, size.k, seed: 1), w = Samples.matrix(size.n, size.k, seed: 2)
    let g = Samples.matrix(size.m, size.n, seed: 3)
    let codes = try AnyQuantized(quantizing: w, as: Int8Weight.type)
    let packed = PackedWeight(codes, inputs: Int8Activations.type), floats = PackedWeight(codes)
    return [
      "int8 × int8": try threads { _ = try packed.linear(x, on: $0) },
      "float × int8": try threads { _ = try floats.linear(x, on: $0) },
      "float × float": try threads { _ = try linear(x, w, on: $0) },
      "input gradient": try threads { _ = try inputGradient(g, w, on: $0) },
      "weight gradient": try threads { _ = try weightGradient(g, x, on: $0) },
    ]
  }

  /// Work below two threads' is done by the caller alone, and no size calls more threads than its work is worth.
  @Test(arguments: sizes) func noThreadIsCalledForLess(size: Size) throws {
    let read = 4 * size.n * max(size.k, size.m) / Self.ofThread.bytes
    for (product, threads) in try Self.threads(of: size) {
      let least = product == "int8 × int8" ? Self.ofThread.codes : Self.ofThread.floats
      #expect(threads <= max(size.multiplications / least + read, 1), "\(product)")
    }
  }

  /// The same product is worth a second thread to slow kernels and not to fast ones.
  @Test(arguments: [(InstructionSet.avx2, 2), (.avx512vnni, 1), (.amx, 1), (.neon, 4)])
  func slowKernelsAreWorthMoreThreads(set: InstructionSet, threads: Int) throws {
    let sets = InstructionSet(name: set.name) ?? set
    guard sets.isSubset(of: .running) else { return }
    let weight = try Int8Weight(quantizing: Samples.matrix(256, 256, seed: 1))
    let packed = PackedWeight(
      weight, inputs: Int8Activations.type,
      on: Execution(threads: 1, instructionSet: sets))
    let execution = Execution(threads: 16, instructionSet: sets)
    #expect(packed.explain(rows: 4, on: execution).split?.threads == threads)
    #expect(packed.explain(rows: Int.max, on: execution).split?.threads == 16)
  }

  /// A row alone is one thread's, a few thousand are worth all, and no row makes the threads fewer.
  @Test func moreRowsAreWorthMoreThreads() throws {
    var before: [String: Int] = [:]
    for rows in [1, 4, 16, 64, 256, 1024, 4096] {
      let threads = try Self.threads(of: Size(rows, 128, 128))
      for (product, threads) in threads {
        #expect(threads >= before[product] ?? 1, "\(product) of \(rows) rows")
        #expect(rows > 1 || threads == 1, "\(product)")
        #expect(rows < 4096 || threads > 8, "\(product)")
      }
      before = threads
    }
  }

  /// What the plan says is what is called, by every kind of product and for every shape of parts.
  @Test(arguments: sizes + [Size(512, 64, 512), Size(300, 700, 64), Size(2, 2048, 512)])
  func thePlanSaysHowManyThreads(size: Size) throws {
    let execution = Execution.threads(16)
    let x = Samples.matrix(size.m, size.k, seed: 1), w = Samples.matrix(size.n, size.k, seed: 2)
    let g = Samples.matrix(size.m, size.n, seed: 3)
    let weight = try Int8Weight(quantizing: w), tiled = weight.tiled()
    let planned = explain(.linear, x, tiled, on: execution)?.split?.threads
    #expect(try Self.threads { _ = try linear(x, tiled, on: $0) } == planned)
    typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, SymmetricMapping<Float>>>
    let column = try Columns(quantizing: w)
    let gradient = explain(.inputGradient, g, column, on: execution)?.split?.threads
    #expect(try Self.threads { _ = try inputGradient(g, column, on: $0) } == gradient)
    let products: [(MatrixOperation, Matrix<Float>, Matrix<Float>)] = [
      (.linear, x, w), (.inputGradient, g, w), (.weightGradient, g, x),
    ]
    for (operation, first, second) in products {
      let planned = explain(operation, first, second, on: execution)?.split?.threads
      let called = try Self.threads { execution in
        switch operation {
        case .linear: _ = try linear(first, second, on: execution)
        case .inputGradient: _ = try inputGradient(first, second, on: execution)
        default: _ = try weightGradient(first, second, on: execution)
        }
      }
      #expect(called == planned, "\(operation) of floats")
    }
    let (inputs, gradients) = (try Columns(quantizing: x), try Columns(quantizing: g))
    let ofCodes = explain(.weightGradient, gradients, inputs, on: execution)?.split?.threads
    #expect(try Self.threads { _ = try weightGradient(gradients, inputs, on: $0) } == ofCodes)
    let packed = PackedWeight(
      try AnyQuantized(quantizing: w, as: Int8Weight.type), inputs: Int8Activations.type)
    let fused = packed.explain(rows: size.m, on: execution).split?.threads
    #expect(try Self.threads { _ = try packed.linear(x, on: $0) } == fused)
    #expect(
      Self.threads { _ = weight.transposed(on: $0) }
        == explain(.transpose, weight, on: execution)?.split?.threads)
    #expect(
      Self.threads { _ = weight.dequantized(on: $0) }
        == explain(.dequantize, weight, on: execution)?.split?.threads)
  }

  /// There is no gradient of codes in panels, and no product of extents that do not agree.
  @Test func whatCannotBeCalledHasNoPlan() throws {
    typealias Blocks = AffineQuantized<Int8, RowMajor<PerBlock<32, 32>, SymmetricMapping<Float>>>
    let (x, w) = (Samples.matrix(64, 96, seed: 1), Samples.matrix(32, 96, seed: 2))
    let (blocks, g) = (
      try Blocks(quantizing: w), try Blocks(quantizing: Samples.matrix(64, 32, seed: 3))
    )
    #expect(explain(.inputGradient, g, blocks) != nil)
    #expect(explain(.inputGradient, g, blocks.tiled()) == nil)
    #expect(explain(.weightGradient, g.tiled(), try Blocks(quantizing: x)) == nil)
    #expect(explain(.linear, x, blocks.tiled()) != nil)
    #expect(explain(.linear, x, Samples.matrix(32, 95, seed: 2)) == nil)
    #expect(explain(.transpose, x, w) == nil)
  }

  /// Of two parts that are too short for two threads one thread does both.
  @Test func smallMatricesAreTurnedByOne() throws {
    let small = try Int8Weight(quantizing: Samples.matrix(256, 31, seed: 1))
    let large = try Int8Weight(quantizing: Samples.matrix(512, 1024, seed: 1))
    #expect(Self.threads { _ = small.transposed(on: $0) } == 1)
    #expect(Self.threads { _ = large.transposed(on: $0) } > 1)
  }
}
