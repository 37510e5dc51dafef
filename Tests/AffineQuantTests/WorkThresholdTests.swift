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

  /// A microsecond or two of the slowest of the instruction sets with vectors, which is what calling a thread
  /// takes.
  private static let ofThread = 1 << 17

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
    let worth = max(size.multiplications / Self.ofThread, 1)
    for (product, threads) in try Self.threads(of: size) {
      #expect(threads <= worth, "\(product)")
    }
  }

  /// At twice a thread's work two are called, and below it one.
  @Test func theThresholdIsWhereItIsSaidToBe() throws {
    let below = try Self.threads(of: Size(8, 128, 255))
    let above = try Self.threads(of: Size(8, 128, 256))
    #expect(below.values.allSatisfy { $0 == 1 }, "\(below)")
    #expect(above.values.allSatisfy { $0 == 2 }, "\(above)")
  }

  /// Of two parts that are too short for two threads one thread does both.
  @Test func smallMatricesAreTurnedByOne() throws {
    let small = try Int8Weight(quantizing: Samples.matrix(256, 31, seed: 1))
    let large = try Int8Weight(quantizing: Samples.matrix(256, 512, seed: 1))
    #expect(Self.threads { _ = small.transposed(on: $0) } == 1)
    #expect(Self.threads { _ = large.transposed(on: $0) } > 1)
  }
}
