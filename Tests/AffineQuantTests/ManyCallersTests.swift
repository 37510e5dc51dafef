import AffineQuant
import AffineTestSupport
import Synchronization
import Testing

/// One pool serves all callers, however many there are and however many threads each asks for.
@Suite struct ManyCallersTests {
  private static let callers = 200
  static let counts = [1, 2, 3, 4, 7, 16, 64]

  /// A call, and how many threads it has work for.
  private struct Call: Sendable {
    let name: String
    let threads: Int
    let result: @Sendable (Execution) throws -> Matrix<Float>
  }

  /// Products of 2^24 multiplications, worth an eighth of the threads even where tiles multiply, and conversions of 2^17
  /// elements, of which the slowest is worth a thread more each 2^13.
  private static func calls() throws -> [Call] {
    let x = Samples.matrix(128, 128, seed: 1), w = Samples.matrix(1024, 128, seed: 2)
    let int4 = try Int4Weight(quantizing: w), rows = try Int8Weight(quantizing: w)
    let (tiled, codes) = (int4.tiled(), try Int8Activations(quantizing: x))
    let packed = PackedWeight(rows, inputs: Int8Activations.type)
    return [
      Call(name: "floats × codes", threads: 64) { try linear(x, tiled, on: $0) },
      Call(name: "codes × codes that are packed", threads: 64) { try linear(codes, rows, on: $0) },
      Call(name: "floats that are quantized", threads: 64) { try packed.linear(x, on: $0) },
      Call(name: "quantize, transpose, dequantize", threads: 16) {
        try Int8Block(quantizing: w, on: $0).transposed(on: $0).dequantized(on: $0)
      },
    ]
  }

  /// What was found on several threads.
  private final class Found: Sendable {
    let same = Atomic(0)
  }

  /// Else the tests below would be of callers that work alone.
  @Test(arguments: counts) func callsEnterThePool(_ threads: Int) throws {
    for call in try Self.calls() {
      let record = KernelRecord()
      var execution = Execution.threads(threads)
      execution.record = record
      _ = try call.result(execution)
      let most = min(threads, call.threads)
      #expect((record.regions == 0) == (most == 1), "\(call.name)")
      // Large tiles make fewer parts than there are threads, and fast ones are worth fewer.
      #expect(record.threads <= most && 8 * record.threads >= most, "\(call.name)")
    }
  }

  @Test func allHaveTheSameResults() throws {
    let calls = try Self.calls()
    let expected = try calls.map { try $0.result(.threads(1)) }
    let found = Found()
    Callers.run(Self.callers) { caller in
      let execution = Execution.threads(Self.counts[caller % Self.counts.count])
      for turn in calls.indices {
        // They differ in what they call at one time.
        let index = (turn + caller) % calls.count
        if (try? calls[index].result(execution)) == expected[index] {
          found.same.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(found.same.load(ordering: .relaxed) == Self.callers * calls.count)
  }

  /// What the first product of a weight makes stays where it is, though others make it too: here sums of codes, which
  /// biases on the left meet.
  @Test func sumsThatManyMakeAtOnceStay() throws {
    let x = Samples.matrix(8, 1024, seed: 1), w = Samples.matrix(512, 1024, seed: 2)
    let codes = try AffineQuantized<UInt8, RowMajor<PerRow, Biased>>(quantizing: x)
    let weight = try Int8Weight(quantizing: w)
    let expected = try linear(codes, weight, on: .threads(1))
    for _ in 0..<8 {
      let (tiled, found) = (weight.tiled(), Found())
      Callers.run(16) { _ in
        if (try? linear(codes, tiled, on: .threads(1))) == expected {
          found.same.add(1, ordering: .relaxed)
        }
      }
      #expect(found.same.load(ordering: .relaxed) == 16)
    }
  }

  /// A part of a loop that is a caller itself takes parts, so that it always goes on.
  @Test(arguments: [1, 2, 5, 64]) func loopsInsideLoopsGoOn(_ threads: Int) throws {
    let record = KernelRecord()
    var execution = Execution.threads(threads)
    execution.record = record
    let (rows, columns) = (1024, 2112)
    let ones = Matrix<Float>(rows: rows, columns: columns) { $1 == 0 ? 1 : 0 }
    let weight = try Int8Weight(quantizing: ones)
    let found: Matrix<Multiplying> = weight.dequantized(on: execution)
    #expect(record.threads == threads)
    for row in 0..<rows { #expect(found[row, 0].float == Multiplying.expected) }
  }

  /// The same of callers at one time, which have more loops than there are places for announcements.
  @Test func loopsInsideLoopsOfManyCallersGoOn() throws {
    let ones = Matrix<Float>(rows: 64, columns: 2112) { $1 == 0 ? 1 : 0 }
    let weight = try Int8Weight(quantizing: ones)
    let found = Found()
    Callers.run(24) { _ in
      let values: Matrix<Multiplying> = weight.dequantized(on: .threads(4))
      for row in 0..<64 where values[row, 0].float == Multiplying.expected {
        found.same.add(1, ordering: .relaxed)
      }
    }
    #expect(found.same.load(ordering: .relaxed) == 24 * 64)
  }
}

/// A float that is a product's result where it is made of one: a loop in the loop that makes floats.
private struct Multiplying: FloatElement, Equatable {
  private static let x = Samples.matrix(32, 2048, seed: 3), w = Samples.matrix(16, 2048, seed: 4)
  static let expected = product(.threads(1))

  let float: Float

  init(rounding value: Float) {
    float = value > 0.5 ? Self.product(.threads(4)) : value
  }

  /// Of 2^20 multiplications: work for four threads.
  private static func product(_ on: Execution) -> Float {
    do { return try linear(x, w, on: on)[0, 0] } catch { return .nan }
  }
}
