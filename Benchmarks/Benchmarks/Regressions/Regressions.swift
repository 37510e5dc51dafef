import AffineQuant
import Benchmark

/// Time in millionths of the calibration's: what `Thresholds` holds, by this name.
private let relativeTime = BenchmarkMetric.custom("millionths of calibration")

/// All work, on each instruction set that this CPU has, on one thread.
///
/// A benchmark is named after its instruction set, so that one folder of thresholds serves every
/// CPU: each checks the names that it has.
let benchmarks: @Sendable () -> Void = {
  for name in InstructionSet.running.allNames {
    guard let set = InstructionSet(name: name) else { continue }
    for work in Work.all { work.register(on: Execution(threads: 1, instructionSet: set)) }
  }
}

extension Work {
  /// One iteration is one whole comparison: the tool compares 90th percentiles, and that of a single
  /// value is the value.
  fileprivate func register(on execution: Execution) {
    let configuration = Benchmark.Configuration(
      metrics: [relativeTime], warmupIterations: 0, maxDuration: .seconds(60), maxIterations: 1,
      thresholds: [relativeTime: BenchmarkThresholds(relative: [.p90: Work.tolerance])])
    Benchmark("\(name)-\(execution.instructionSet.name)", configuration: configuration) {
      let ratio = try Comparison(calibration) { try prepare(execution) }.ratio()
      $0.measurement(relativeTime, Int(ratio * 1e6))
    }
  }
}
