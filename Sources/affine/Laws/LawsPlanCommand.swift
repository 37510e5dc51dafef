import AffineBench
import AffineFormats
import AffinePlots
import AffineTraining
import ArgumentParser

/// Plans size, tokens and bits under a budget.
struct LawsPlanCommand: ParsableCommand {
  struct Report: Encodable {
    let source: String
    let budget: Double
    let unit: String
    /// The bits that are best for every budget with size, tokens and bits free.
    @Nullable var optimalBits: Double?
    let plan: LawPlan
  }

  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Find the size, tokens and bits of the least loss that a budget pays for.",
    discussion: """
      --compute counts operations as the paper does: 6/16 · N · D · bits. --seconds counts time on this \
      machine, by what affine bench measured:

        affine bench train-step --weights int8-row --activations int8-token --m 512 --k 1024 --n 1024 \\
          --format json > int8.json
        affine laws plan --seconds 86400 --measured float32.json --measured int8.json

      The three products of a layer are what is measured; attention and the optimizer come on top. What \
      is settled, parameters or tokens, is not searched.
      """)

  @Option(help: "A law that affine laws fit wrote; by default the published one.") var law: String?
  @Option(help: "Operations of training.") var compute: Double?
  @Option(help: "Seconds of training on this machine.") var seconds: Double?
  @Option(help: "A train-step that affine bench printed as JSON; once for each recipe to compare.")
  var measured: [String] = []
  @Option(help: "Parameters, if they are settled.") var parameters: Double?
  @Option(help: "Tokens, if they are settled.") var tokens: Double?
  @Option(help: "Bits to compare, divided by commas; usually 4,5,6,7,8,12,16.") var bits: Numbers?
  @Option(help: "Bits that weights are rounded to after training.") var postBits: Double?
  @Option(help: "Write two panels: loss over tokens if rounded, least loss over bits, as SVG.")
  var plot: String?
  @OptionGroup var outputs: OutputOptions
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    guard (compute == nil) != (seconds == nil) else {
      throw ValidationError("a budget is either --compute or --seconds")
    }
    guard (seconds == nil) == measured.isEmpty else {
      throw ValidationError("--seconds and --measured need each other")
    }
    guard bits == nil || seconds == nil else {
      throw ValidationError("--measured says which bits are compared: leave --bits out")
    }
    guard bits.map({ !$0.values.isEmpty }) ?? true else {
      throw ValidationError("--bits names no bits")
    }
  }

  func run() throws {
    try outputs.check([("--plot", plot)], inputs: [law] + measured)
    let law = try LawsFiles.law(law)
    let recipes = try measured.map { try LawsFiles.recipe($0) }
    var budget = LawBudget(
      compute ?? seconds ?? 0, cost: recipes.isEmpty ? .bits : .measured(recipes))
    (budget.parameters, budget.tokens, budget.postBits) = (parameters, tokens, postBits)
    budget.bits = (bits?.values ?? [4, 5, 6, 7, 8, 12, 16]).map(Double.init)
    let plan = try law.plan(budget)
    let report = Report(
      source: law.source, budget: budget.amount, unit: compute == nil ? "seconds" : "operations",
      optimalBits: law.optimalBits, plan: plan)
    if let plot {
      let best = plan.best
      let left = law.roundingPlot(
        parameters: best.parameters, tokens: best.tokens / 30...best.tokens * 300,
        postBits: [3, 4, 5, 6])
      // Measured costs are those of few recipes: the panel of the paper's cost has the same size.
      var operations = budget
      if compute == nil { operations.amount = 6 * best.parameters * best.tokens }
      try AtomicFile.write(PlotPanels([left, law.budgetPlot(operations)]).svg, to: plot)
    }
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.text)
    }
  }
}

extension LawsPlanCommand.Report {
  fileprivate var text: String {
    var table = TextTable([
      "", "bits", "parameters", "tokens", "tokens a parameter", "loss", "critical tokens", "",
    ])
    for (name, choice) in [("best", plan.best)] + plan.choices.map({ ($0.recipe ?? "", $0) }) {
      let bits = [
        choice.precision.weightBits, choice.precision.activationBits, choice.precision.cacheBits,
      ].map { $0.map { ($0 * 100).rounded() / 100 } }
      let words = bits.map { $0.map { $0.digits } ?? "float" }
      let known = choice.recipe == nil ? words.filter { $0 != "float" } : words
      table.rows.append([
        choice.recipe.map { name == "best" ? "best: \($0)" : $0 } ?? name,
        Set(known).count == 1 ? known[0] : known.joined(separator: "/"),
        choice.parameters.digits, choice.tokens.digits, (choice.tokens / choice.parameters).digits,
        choice.prediction.loss.fixed(4),
        choice.prediction.criticalTokens?.digits ?? "",
        choice.prediction.warnings.isEmpty ? "" : "outside of the fit",
      ])
    }
    let notes = plan.refused + plan.best.prediction.warnings.map { "best: \($0)" }
    let head = "\(budget.digits) \(unit), \(source.escapingControls)"
    return
      ([head, "", table.plain] + (notes.isEmpty ? [] : [""])
      + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}
