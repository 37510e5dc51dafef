import AffineBench
import AffineFormats
import AffinePlots
import AffineTraining
import ArgumentParser

/// Says what a loss will be.
struct LawsPredictCommand: ParsableCommand {
  /// The loss of one width, come by in two ways.
  struct Comparison: Encodable {
    let bits: Double
    /// Trained as asked, and weights rounded after training.
    @Nullable var rounded: Double?
    /// Weights trained in these bits.
    @Nullable var trained: Double?
    /// Tokens beyond which more training makes the rounded model worse.
    @Nullable var criticalTokens: Double?
  }

  struct Report: Encodable {
    let source: String
    let parameters, tokens: Double
    let precision: LawPrecision
    @Nullable var postBits: Double?
    let prediction: LawPrediction
    let comparison: [Comparison]
  }

  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the loss of training in some bits, and of rounding after training.",
    discussion: """
      Beside the loss that is asked for, every width is compared: weights rounded to it after training, \
      and weights trained in it. Without --law the published constants are used; what lies outside of \
      the range of a law's fit is marked.
      """)

  @Option(help: "A law that affine laws fit wrote; by default the published one.") var law: String?
  @Option(help: "Parameters without embeddings.") var parameters: Double
  @Option(help: "Tokens of training.") var tokens: Double
  @Option(help: "Bits of weights in training; by default float.") var weightBits: Double?
  @Option(help: "Bits of activations in training.") var activationBits: Double?
  @Option(help: "Bits of the cache of keys and values in training.") var cacheBits: Double?
  @Option(help: "Bits that weights are rounded to after training.") var postBits: Double?
  @Option(help: "Write loss over tokens for several bits after training, as SVG.") var plot: String?
  @OptionGroup var outputs: OutputOptions
  @Option(help: "How to print.") var format = OutputFormat.table

  func run() throws {
    try outputs.check([("--plot", plot)], inputs: [law])
    let law = try LawsFiles.law(law)
    let precision = LawPrecision(
      weightBits: weightBits, activationBits: activationBits, cacheBits: cacheBits)
    let prediction = try law.predict(
      parameters: parameters, tokens: tokens, precision: precision, postBits: postBits)
    let widths: [Double] = [3, 4, 5, 6, 7, 8]
    let comparison = widths.map { bits in
      var trained = precision
      trained.weightBits = bits
      let rounded = try? law.predict(
        parameters: parameters, tokens: tokens, precision: precision, postBits: bits)
      return Comparison(
        bits: bits, rounded: rounded?.loss,
        trained: try? law.predict(parameters: parameters, tokens: tokens, precision: trained).loss,
        criticalTokens: rounded?.criticalTokens)
    }
    let report = Report(
      source: law.source, parameters: parameters, tokens: tokens, precision: precision,
      postBits: postBits, prediction: prediction, comparison: comparison)
    if let plot {
      let drawn = law.roundingPlot(
        parameters: parameters, tokens: tokens / 30...tokens * 30, precision: precision,
        postBits: widths)
      try AtomicFile.write(drawn.svg, to: plot)
    }
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.text)
    }
  }
}

extension LawsPredictCommand.Report {
  fileprivate var text: String {
    var table = TextTable(["weight bits", "rounded after", "trained in them", "critical tokens"])
    for row in comparison {
      table.rows.append([
        row.bits.fixed(0), row.rounded?.digits ?? "", row.trained?.digits ?? "",
        row.criticalTokens?.digits ?? "",
      ])
    }
    let effective = prediction.effectiveParameters.digits
    let added = postBits == nil ? "" : ", of which rounding adds \(prediction.degradation.digits)"
    return
      ([
        "loss \(prediction.loss.digits)\(added); \(effective) effective parameters (\(source.escapingControls))",
        "", table.plain,
      ] + (prediction.warnings.isEmpty ? [] : [""]) + prediction.warnings.map { "note: \($0)" })
      .joined(separator: "\n")
  }
}
