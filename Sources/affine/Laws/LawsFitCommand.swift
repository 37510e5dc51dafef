import AffineFormats
import AffinePlots
import AffineTraining
import ArgumentParser

/// Fits a law to measured losses.
struct LawsFitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a precision law to measured losses.",
    discussion: """
      Rows are CSV with the columns parameters, tokens, weightBits, activationBits, cacheBits, postBits, \
      loss (others may be there; run names the training run), or a JSON array of objects with these \
      names. Bits that are empty, null or float, or --full-bits and more, are not quantized.

      Stages: float training; one part in few bits at a time; all together; rounding after training. \
      Each minimizes Huber's loss of ln loss with L-BFGS. Intervals come from drawing runs with \
      replacement. Constants trade off against each other: the factors at some bits and the optimum \
      are often known better than gamma and offset.
      """)

  enum Exponents: String, ExpressibleByArgument, CaseIterable { case tied, free }

  @Argument(help: "The rows, CSV or JSON.") var rows: String
  @Option(help: "Whether alpha = beta, as published, or each is fitted.") var exponents =
    Exponents.tied
  @Option(help: "Where Huber's loss of ln loss stops being a square.") var huber = 1e-3
  @Option(help: "Draws of runs for the intervals.") var replicates = 200
  @Option(help: "The part of the draws that an interval holds; usually 0.9.")
  var confidence: Double?
  @Option(help: "Fixes the draws: 0 to 18446744073709551615, usually 0.") var seed: UInt64?
  @Option(help: "Leave out rows that are rounded to fewer bits after training.") var leastPostBits =
    3.0
  @Option(help: "Leave out rows that are rounded to more bits after training.") var mostPostBits =
    64.0
  @Option(help: "Leave out rows trained in fewer bits of weights.") var leastWeightBits: Double?
  @Option(help: "Leave out rows trained in fewer bits of activations.")
  var leastActivationBits: Double?
  @Option(help: "Leave out rows trained in fewer bits of the cache.") var leastCacheBits: Double?
  @Option(
    help:
      "Rows that say so many bits, or more, mean that nothing is quantized: 16 and 32 are often written."
  )
  var fullBits = 16.0
  @Option(help: "Hold out about this part of the runs, and say how well they are predicted.")
  var holdOut = 0.0
  @Option(help: "Fixes which runs are held out: 0 to 18446744073709551615, usually 0.")
  var holdOutSeed: UInt64?
  @Option(help: "Write the fit as JSON, for predict and plan.") var output: String?
  @Option(help: "Write a plot of the law against the rows, as SVG.") var plot: String?
  @Option(help: "Write a plot of what rounding after training adds, as SVG.")
  var plotRounding: String?
  @Option(help: "The bits of that plot; usually 3.") var plotBits: Double?
  @OptionGroup var outputs: OutputOptions
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    guard holdOut >= 0, holdOut < 1 else {
      throw ValidationError("--hold-out must lie in 0..<1, not be \(holdOut)")
    }
    for (option, bits) in [
      ("--least-weight-bits", leastWeightBits), ("--least-activation-bits", leastActivationBits),
      ("--least-cache-bits", leastCacheBits), ("--plot-bits", plotBits),
    ] {
      if let bits { try require(bits, in: 0.01...64, for: option) }
    }
    for (option, isGiven, other, isUsed) in [
      ("--confidence", confidence != nil, "--replicates above 0", replicates != 0),
      ("--seed", seed != nil, "--replicates above 0", replicates != 0),
      ("--hold-out-seed", holdOutSeed != nil, "--hold-out", holdOut > 0),
      ("--plot-bits", plotBits != nil, "--plot-rounding", plotRounding != nil),
    ] where isGiven && !isUsed {
      throw ValidationError("\(option) needs \(other)")
    }
    guard leastPostBits > 0, mostPostBits >= leastPostBits else {
      throw ValidationError("--least-post-bits must lie above 0, and --most-post-bits above it")
    }
  }

  func run() throws {
    try outputs.check(
      [("--output", output), ("--plot", plot), ("--plot-rounding", plotRounding)], inputs: [rows])
    let settings = settings
    let read = try LawsFiles.rows(rows)
    let all = read.map(settings.counted)
    let (fitted, held) = LawRow.divided(all, holdingOut: holdOut, seed: holdOutSeed ?? 0)
    let notes = LawsFitNotes(read, settings)
    let fit: LawFit
    do { fit = try PrecisionLaw.fit(fitted, settings) } catch {
      throw Failure((["'\(rows)': \(error)"] + notes.lines).joined(separator: "\n"))
    }
    // What the fit leaves out is not predicted either.
    let report = LawsFitReport(
      fit, heldOut: held.filter { settings.reason(against: $0) == nil }, notes)
    if let output { try AtomicFile.write(try jsonText(report), to: output) }
    if let plot { try AtomicFile.write(fit.plot.svg, to: plot) }
    if let plotRounding {
      try AtomicFile.write(fit.law.degradationPlot(all, bits: plotBits ?? 3).svg, to: plotRounding)
    }
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.text(fit))
    }
  }

  private var settings: LawFitSettings {
    var settings = LawFitSettings()
    (settings.huber, settings.isTied) = (huber, exponents == .tied)
    (settings.replicates, settings.confidence) = (replicates, confidence ?? 0.9)
    (settings.seed, settings.postBits) = (seed ?? 0, leastPostBits...mostPostBits)
    settings.leastBits = LawPrecision(
      weightBits: leastWeightBits, activationBits: leastActivationBits, cacheBits: leastCacheBits)
    settings.fullBits = fullBits
    return settings
  }
}
