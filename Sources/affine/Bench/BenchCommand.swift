import AffineBench
import AffineFormats
import AffineQuant
import ArgumentParser

/// Times an operation, on one combination of types and extents or on many.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time an operation, with all that a caller pays on every call.",
    discussion: """
      X is m × k, W is n × k, G is m × n. Quantizing activations and gradients is timed; packing a \
      weight and rounding to a float type are not.

      linear: X · Wᵀ.
      input-gradient: G · W. W needs scales that are constant along a column: int8-column, \
      int8-tensor, int8-block32x32. With a quantized gradient a type of one scale a row, as int8-row, \
      means that the float weight was quantized with one scale a column, before the time is taken.
      weight-gradient: Gᵀ · X, where --weights is the type of the inputs X. Both are quantized in the \
      time that is taken, with one scale a column where the types of both name one scale a row.
      train-step: the three, each operand quantized along the axis that its product contracts.
      quantize, dequantize, transpose: of m × k; their part of the peak is that of copying as many \
      bytes.
      optimizer-step: AdamW on m × k parameters, with moments in the format that --weights names: \
      float32, bfloat16, dynamic8, dynamic4, float8, or dynamic8-group64 for another group than the \
      usual; int8-group256 is dynamic8.

      gops counts 2·m·k·n operations for a product, three products for a step, and elements for the \
      rest, of all --callers together; times are those of one call. gigabytesPerSecond counts operands \
      and results.

      Types, extents and threads may be lists; 1...64 doubles from 1 to 64, 16...64+16 adds 16:

        affine bench linear --weights int8-row,int4-group32 \\
          --activations int8-token --m 1...64 --k 1024 --n 1024 \\
          --threads 1,2 --plot rates.svg --format json > before.jsonl
        affine bench linear --weights int8-row,int4-group32 \\
          --activations int8-token --m 1...64 --k 1024 --n 1024 \\
          --threads 1,2 --compare before.jsonl

      One combination is one JSON document, several are a line each. Each is measured in five \
      rounds, which take turns; two runs differ where all rounds of one took longer than all of the other.
      """)

  @Argument(help: "What to time.") var operation: BenchOperation
  @Option(help: "The weight's types, or those that are converted.") var weights: TypeList
  @Option(help: "The types of activations and gradients.") var activations = TypeList(
    argument: "float32")!
  @Option(help: "Rows of the activations.") var m = IntegerList(1)
  @Option(help: "The contracted extent of a linear layer.") var k = IntegerList(4096)
  @Option(help: "Output channels.") var n = IntegerList(4096)
  @Option(help: "Threads, 1 to 256; by default AFFINE_THREADS or all cores.") var threads:
    IntegerList?
  @Option(help: "Threads that call at the same time, 1 to 64, each with as many threads as that.")
  var callers = 1
  @OptionGroup var sets: InstructionSetOption
  @Option(
    help: "What floats, and codes that meet floats, are multiplied as: float32 or bfloat16.")
  var precision = Precision.float32
  @Option(help: "Seconds to measure each combination for; ten calls are made at least.")
  var seconds = 0.5
  @Option(help: "How to print.") var format = OutputFormat.table
  @Option(
    help: "Write a plot of rates against m, with the roofs, as SVG.",
    completion: .file(extensions: ["svg"]))
  var plot: String?
  @Option(
    help: ArgumentHelp("Say what changed since a run that --format json wrote.", valueName: "file"),
    completion: .file(extensions: ["json", "jsonl"]))
  var compare: String?
  @OptionGroup var outputs: OutputOptions

  func validate() throws {
    for (name, list) in [("m", m), ("k", k), ("n", n)] {
      for extent in list.values where !(1...1 << 24).contains(extent) {
        throw ValidationError("--\(name) must lie in 1...16777216, not be \(extent)")
      }
    }
    // Of lists, the largest come together once.
    let (m, k, n) = (m.values.max() ?? 1, k.values.max() ?? 1, n.values.max() ?? 1)
    for (a, b) in [(m, k), (m, n), (n, k)] where a * b > 1 << 32 {
      throw ValidationError("a matrix of \(a) × \(b) is too large to measure")
    }
    guard seconds >= 0, seconds <= 3600 else {
      throw ValidationError("--seconds must lie in 0...3600, not be \(seconds)")
    }
    guard compare == nil || format == .table else {
      throw ValidationError("--compare needs --format table")
    }
    try require(callers, in: 1...64, for: "--callers")
    for count in threads?.values ?? [] {
      try require(count, in: Execution.threadCounts, for: "--threads")
    }
    if threads == nil { try ThreadOption.checkEnvironment() }
  }

  func run() throws {
    let older = try compare.map { try BenchComparison(path: $0) }
    try outputs.check([("--plot", plot)], inputs: [compare])
    let available = try sets.instructionSet()
    var combinations = try combinations(on: available)
    let progress = Progress()
    // Rounds of all combinations take turns: what the machine does meanwhile meets each of them.
    for round in 1...Measurement.roundCount {
      for index in combinations.indices {
        progress.show(
          "round \(round) of \(Measurement.roundCount), combination \(index + 1) of \(combinations.count)"
        )
        try combinations[index].measurement.addRound(seconds: seconds)
      }
    }
    let results = combinations.map { combination in
      var result = combination.measurement.result()
      // As they were named: int8-token is the activations' name of int8-row.
      (result.weights, result.activations) = (combination.weights, combination.activations)
      return result
    }
    progress.finish()
    switch format {
    case .table: try show(text(results, older))
    case .json where results.count == 1: try printJSON(results[0])
    case .json: for result in results { try show(jsonLine(result)) }
    }
    if let plot { try AtomicFile.write(BenchPlot(results).svg, to: plot) }
  }

  /// One of what the lists name.
  private struct Combination {
    let weights, activations: String
    var measurement: Measurement
  }

  /// What is timed, in the order of the lists.
  private func combinations(on available: InstructionSet) throws -> [Combination] {
    guard operation.isProduct || n.values.count == 1 else {
      throw Failure("\(operation.rawValue) is of one matrix, m × k: several of --n are one work")
    }
    let threads = threads?.values ?? [Execution.standard.threads]
    var combinations: [Combination] = []
    for weights in weights.names {
      for activations in activations.names {
        for count in threads {
          var execution = Execution(threads: count, instructionSet: available)
          execution.precision = precision
          for (k, n) in k.values.flatMap({ k in n.values.map { (k, $0) } }) {
            combinations += try m.values.map { m in
              var measurement = try operation.measurement(
                weights: weights, activations: activations, m: m, k: k, n: n, on: execution)
              measurement.callers = callers
              return Combination(
                weights: weights, activations: activations, measurement: measurement)
            }
          }
        }
      }
    }
    return combinations
  }

  private func text(_ results: [BenchmarkResult], _ older: BenchComparison?) -> String {
    guard let older else { return results.count == 1 ? "\(results[0])" : results.table.plain }
    return older.text(results)
  }
}
