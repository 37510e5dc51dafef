import AffineQuant
import ArgumentParser

/// Times one operation.
struct BenchCommand: ParsableCommand {
  /// The result, as scripts read it.
  struct Report: Codable {
    let operation, weights, activations: String
    let m, k, n, threads: Int
    let kernel: String?
    let medianSeconds, minimumSeconds: Double
    let samples: Int
    let gops, gigabytesPerSecond: Double
    let peakGops, fractionOfPeak: Double?
  }

  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time one operation, with all that a caller pays on every call.",
    discussion: """
      X is m × k, W is n × k, G is m × n. Quantizing activations and gradients is timed, packing a
      weight is not. linear: X · Wᵀ. input-gradient: G · W. weight-gradient: Gᵀ · X, both quantized in
      time. train-step: the three, each operand quantized along the axis its product contracts.
      quantize, dequantize, transpose: of m × k; their part of the peak is that of copying as many bytes. optimizer-step: AdamW on m × k parameters, states of
      the type that --weights names.
      """)

  @Argument(help: "What to time.") var operation: BenchWork.Operation
  @Option(help: "The weight's type, or the type that is converted.") var weights: String
  @Option(help: "The type of activations and gradients.") var activations = "float32"
  @Option(help: "Rows of the activations.") var m = 1
  @Option(help: "The contracted extent of a linear layer.") var k = 4096
  @Option(help: "Output channels.") var n = 4096
  @Option(help: "Threads; by default AFFINE_THREADS or all cores.") var threads: Int?
  @Option(help: "Seconds to measure for.") var seconds = 0.5
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    for (name, extent) in [("m", m), ("k", k), ("n", n)] where !(1...1 << 24).contains(extent) {
      throw ValidationError("--\(name) must lie in 1...16777216, not be \(extent)")
    }
    for (a, b) in [(m, k), (m, n), (n, k)] where a * b > 1 << 32 {
      throw ValidationError("a matrix of \(a) × \(b) is too large to measure")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must lie in 1...1024, not be \(threads)")
    }
    guard seconds >= 0, seconds <= 3600 else {
      throw ValidationError("--seconds must lie in 0...3600, not be \(seconds)")
    }
  }

  func run() throws {
    let execution = threads.map { Execution.threads($0) } ?? .standard
    let request = BenchRequest(
      operation: operation, weights: try type(weights), activations: try type(activations), m: m,
      k: k, n: n, execution: execution)
    let work = try request.prepared()
    let timing = try Timing(seconds: seconds) { try work.run() }
    let peak = work.kernel.flatMap {
      Peak.operationsPerSecond(for: $0, threads: execution.threads)
    }
    let rate = work.amount / timing.median
    let report = Report(
      operation: operation.rawValue, weights: weights, activations: activations, m: m, k: k, n: n,
      threads: execution.threads, kernel: work.kernel?.name, medianSeconds: timing.median,
      minimumSeconds: timing.minimum, samples: timing.samples.count, gops: rate * 1e-9,
      gigabytesPerSecond: work.bytes / timing.median * 1e-9, peakGops: peak.map { $0 * 1e-9 },
      fractionOfPeak: peak.map { rate / $0 } ?? copyFraction(work, timing.median))
    switch format {
    case .json: try printJSON(report)
    case .table: print(report.line)
    }
  }

  /// The part of the bandwidth of copying as many bytes, which bounds what moves memory.
  private func copyFraction(_ work: BenchWork, _ seconds: Double) -> Double? {
    switch operation {
    case .quantize, .dequantize, .transpose:
      work.bytes / seconds / Peak.copiedBytesPerSecond(Int(work.bytes / 2))
    default: nil
    }
  }

  private func type(_ name: String) throws -> OperandType {
    guard let type = OperandType(name: name) else {
      throw ValidationError(
        "'\(name)' is no type: float32, int8-row, int8-token, int4-group32, uint4-group32-biased, "
          + "int8-block32x32 are some")
    }
    return type
  }
}

extension BenchCommand.Report {
  /// The result for a person.
  fileprivate var line: String {
    let roof = peakGops.map { "\($0.short) GOP/s" } ?? "a copy's bandwidth"
    let part = fractionOfPeak.map { ", \($0.percent) of \(roof)" } ?? ""
    return "\(operation) \(activations) × \(weights), m \(m) k \(k) n \(n), \(threads) threads: "
      + "median \((medianSeconds * 1e3).short) ms of \(samples), \(gops.short) GOP/s\(part), "
      + "\(gigabytesPerSecond.short) GB/s" + (kernel.map { " (\($0))" } ?? "")
  }

  func encode(to encoder: any Encoder) throws {
    // Absent numbers are null, not missing: scripts find every field.
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(operation, forKey: .operation)
    try values.encode(weights, forKey: .weights)
    try values.encode(activations, forKey: .activations)
    try values.encode(m, forKey: .m)
    try values.encode(k, forKey: .k)
    try values.encode(n, forKey: .n)
    try values.encode(threads, forKey: .threads)
    try values.encode(kernel, forKey: .kernel)
    try values.encode(medianSeconds, forKey: .medianSeconds)
    try values.encode(minimumSeconds, forKey: .minimumSeconds)
    try values.encode(samples, forKey: .samples)
    try values.encode(gops, forKey: .gops)
    try values.encode(gigabytesPerSecond, forKey: .gigabytesPerSecond)
    try values.encode(peakGops, forKey: .peakGops)
    try values.encode(fractionOfPeak, forKey: .fractionOfPeak)
  }
}
