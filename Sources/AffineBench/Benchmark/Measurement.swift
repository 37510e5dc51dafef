import AffineQuant

/// A benchmark whose rounds are taken one by one.
///
/// Each round makes its operands again, and rounds of several benchmarks take turns: where matrices lie and
/// what else the machine does differ from round to round as they do from run to run.
package struct Measurement {
  private let benchmark: Benchmark
  private let name: String
  private let prepare: (Benchmark) throws -> BenchmarkWork
  /// Threads that do the work at the same time, each on operands of its own.
  package var callers = 1
  private var work: BenchmarkWork?
  private var rounds: [Timing] = []

  package init(_ benchmark: Benchmark) {
    self.init(benchmark, named: benchmark.operation.rawValue) { try $0.prepared() }
  }

  /// Times other work under the types and extents of a benchmark, whose execution may be another each time.
  package init(
    _ benchmark: Benchmark, named name: String,
    prepare: @escaping (Benchmark) throws -> BenchmarkWork
  ) {
    self.benchmark = benchmark
    self.name = name
    self.prepare = prepare
  }

  /// Rounds of a benchmark. That all of one run are above all of another has, if nothing changed, a
  /// probability of 2 / (10 over 5): once in 126 comparisons (the exact test of Mann and Whitney).
  package static let roundCount = 5

  package mutating func addRound(seconds: Double) throws {
    let works = try (0..<callers).map { _ in try prepare(benchmark) }
    let part = seconds / Double(Self.roundCount)
    rounds.append(
      try callers == 1
        ? Timing(seconds: part, warmUps: 1, atLeast: 1, works[0].run)
        : Timing(seconds: part, warmUps: 1, atLeast: 1, together: works.map(\.run)))
    work = works[0]
  }

  func run(seconds: Double) throws -> BenchmarkResult {
    var measurement = self
    for _ in 0..<Self.roundCount { try measurement.addRound(seconds: seconds) }
    return measurement.result()
  }

  /// The regions of one call, on operands of its own: the work that is timed notes nothing.
  private func regions() -> Int? {
    guard benchmark.execution.threads > 1 else { return 0 }
    let record = KernelRecord()
    var execution = benchmark.execution
    execution.record = record
    guard let work = try? prepare(benchmark.with(execution)), (try? work.run()) != nil else {
      return nil
    }
    // The first call made what later ones use again.
    let before = record.regions
    return (try? work.run()) == nil ? nil : record.regions - before
  }

  /// What the rounds gave, beside roofs that are measured now.
  ///
  /// - Precondition: There was a round.
  package func result() -> BenchmarkResult {
    guard let work else { preconditionFailure("\(name) without a round") }
    let timing = Timing(rounds), threads = benchmark.execution.threads
    // Callers share the workers that help each of them, and roofs are those of cores that there are.
    let all = min(callers + threads - 1, Execution.coreCount)
    let bytes = max(Int(Double(callers) * work.bytes), 1)
    let peak = work.kernel.flatMap { Peak.operationsPerSecond(for: $0, threads: all) }
    let folded = work.kernel.flatMap { row in
      name == MatrixOperation.linear.rawValue
        ? benchmark.folds.flatMap {
          Peak.operationsPerSecond(for: row, folding: $0, threads: all)
        } : nil
    }
    let copy = Peak.copiedBytesPerSecond(max(bytes / 2, 1), threads: all)
    let calls = timing.callsPerSecond, rate = work.amount * calls
    let isProduct = [.linear, .inputGradient, .weightGradient].contains(
      MatrixOperation(rawValue: name))
    let sets = benchmark.execution.instructionSet
    let isMove = [.quantize, .dequantize, .transpose].contains(MatrixOperation(rawValue: name))
    let read =
      isProduct ? Peak.readBytesPerSecond(bytes, threads: all) : nil
    return BenchmarkResult(
      operation: name, weights: benchmark.weights.name, activations: benchmark.activations.name,
      m: benchmark.m, k: benchmark.k, n: benchmark.n, threads: threads,
      callers: callers == 1 ? nil : callers,
      instructionSet: sets == .running ? nil : sets.name,
      precision: (benchmark.multipliesFloats ? benchmark.execution.precision : .float32).rawValue,
      kernel: work.kernel?.name, regions: regions(),
      medianSeconds: timing.median, minimumSeconds: timing.minimum, samples: timing.samples.count,
      roundMedianSeconds: rounds.map(\.median), gops: rate * 1e-9,
      gigabytesPerSecond: work.bytes * calls * 1e-9,
      copyGigabytesPerSecond: copy * 1e-9,
      readGigabytesPerSecond: read.map { $0 * 1e-9 },
      fractionOfReading: read.map { work.bytes * calls / $0 },
      peakGops: peak.map { $0 * 1e-9 }, foldedPeakGops: folded.map { $0 * 1e-9 },
      fractionOfPeak: peak.map { rate / $0 }
        ?? (isMove ? work.bytes * calls / copy : nil))
  }
}
