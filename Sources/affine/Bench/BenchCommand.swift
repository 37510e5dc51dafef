import AffineQuant
import AffineTraining
import ArgumentParser

/// Times one operation.
struct BenchCommand: ParsableCommand {
  /// The result, as scripts read it.
  struct Report: Encodable {
    let operation, weights, activations: String
    let m, k, n, threads: Int
    @Nullable var kernel: String?
    let medianSeconds, minimumSeconds: Double
    let samples: Int
    let gops, gigabytesPerSecond: Double
    @Nullable var peakGops: Double?
    @Nullable var fractionOfPeak: Double?
  }

  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time one operation, with all that a caller pays on every call.",
    discussion: """
      X is m × k, W is n × k, G is m × n. Quantizing activations and gradients is timed; packing a
      weight and rounding to a float type are not.

      linear: X · Wᵀ.
      input-gradient: G · W. W needs scales that are constant along a column: int8-column,
      int8-tensor, int8-block32x32. With a quantized gradient a type of one scale a row, as int8-row,
      means that the float weight was quantized with one scale a column, before the time is taken.
      weight-gradient: Gᵀ · X, where --weights is the type of the inputs X. Both are quantized in the
      time that is taken, with one scale a column where the types of both name one scale a row.
      train-step: the three, each operand quantized along the axis that its product contracts.
      quantize, dequantize, transpose: of m × k; their part of the peak is that of copying as many
      bytes.
      optimizer-step: AdamW on m × k parameters, with moments in the format that --weights names:
      float32, bfloat16, dynamic8, dynamic4, float8, or dynamic8-group64 for another group than the
      usual; int8-group256 is dynamic8.

      gops counts 2·m·k·n operations for a product, three products for a step, and elements for the
      rest. gigabytesPerSecond counts operands and results.
      """)

  @Argument(help: "What to time.") var operation: BenchWork.Operation
  @Option(help: "The weight's type, or the type that is converted.") var weights: String
  @Option(help: "The type of activations and gradients.") var activations = "float32"
  @Option(help: "Rows of the activations.") var m = 1
  @Option(help: "The contracted extent of a linear layer.") var k = 4096
  @Option(help: "Output channels.") var n = 4096
  @OptionGroup var threads: ThreadOption
  @OptionGroup var sets: InstructionSetOption
  @Option(help: "Seconds to measure for.") var seconds = 0.5
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    for (name, extent) in [("m", m), ("k", k), ("n", n)] where !(1...1 << 24).contains(extent) {
      throw ValidationError("--\(name) must lie in 1...16777216, not be \(extent)")
    }
    for (a, b) in [(m, k), (m, n), (n, k)] where a * b > 1 << 32 {
      throw ValidationError("a matrix of \(a) × \(b) is too large to measure")
    }
    guard seconds >= 0, seconds <= 3600 else {
      throw ValidationError("--seconds must lie in 0...3600, not be \(seconds)")
    }
  }

  func run() throws {
    let execution = threads.execution(try sets.instructionSet())
    let isStep = operation == .optimizerStep
    let request = BenchRequest(
      operation: operation, weights: try type(isStep ? "float32" : weights),
      activations: try type(activations), moments: isStep ? try moments() : .float32, m: m, k: k,
      n: n, execution: execution)
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
      fractionOfPeak: peak.map { rate / $0 }
        ?? copyFraction(work, timing.median, execution.threads))
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.line)
    }
  }

  /// The part of the bandwidth of copying as many bytes, which bounds what moves memory.
  private func copyFraction(_ work: BenchWork, _ seconds: Double, _ threads: Int) -> Double? {
    switch operation {
    case .quantize, .dequantize, .transpose:
      work.bytes / seconds / Peak.copiedBytesPerSecond(Int(work.bytes / 2), threads: threads)
    default: nil
    }
  }

  private func moments() throws -> MomentFormat {
    if let format = MomentFormat(name: weights) { return format }
    if weights.hasPrefix("int8-"),
      let format = MomentFormat(name: "dynamic8" + weights.dropFirst(4))
    {
      return format
    }
    let names = MomentFormat.all.map(\.name).joined(separator: ", ")
    throw Failure("'\(weights)' is no format of moments: \(names) are")
  }

  private func type(_ name: String) throws -> OperandType {
    guard let type = OperandType(name: name) else {
      throw Failure(
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
}
