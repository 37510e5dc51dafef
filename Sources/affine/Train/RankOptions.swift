public import AffineDistributed
import AffineTraining
public import ArgumentParser

/// How the ranks that a launcher started train together.
struct RankOptions: ParsableArguments {
  @Option(help: "How gradients travel between ranks: float32, bfloat16 or int8.")
  var exchange = ExchangeFormat.float32
  @Flag(help: "Do not add to gradients what rounding took from those of the step before.")
  var noErrorFeedback = false
  @Flag(
    help:
      "Sums that do not depend on the number of ranks, a power of two: every window is a backward pass of its own, and no gradient is sent meanwhile."
  )
  var fixedOrder = false
  @Flag(
    help:
      "Each rank keeps the optimizer's moments of its part of the parameters alone, and gets the sums of their gradients alone."
  )
  var shardOptimizer = false
  @Flag(
    help:
      "Each rank keeps its part of the parameters, gradients and moments alone, and gets the rest a block at a time, twice a pass. What rounding takes from gradients is not fed back then: it would be a number for every parameter."
  )
  var shardWeights = false
  @Option(help: "With --shard-weights: how weights travel: float32, bfloat16 or int8.")
  var gather: ExchangeFormat?

  func validate() throws {
    guard !noErrorFeedback || exchange != .float32 else {
      throw ValidationError("--no-error-feedback is of gradients that are rounded: --exchange int8")
    }
    guard gather == nil || shardWeights else {
      throw ValidationError("--gather is of weights that ranks divide: --shard-weights")
    }
    guard !fixedOrder || exchange == .float32 else {
      throw ValidationError(
        "--fixed-order sums float32, not \(exchange.rawValue): what is rounded depends on the ranks"
      )
    }
  }

  /// What a run's gradients go through; `nil`: this rank is alone and asked for nothing.
  func parallel() throws -> GradientExchange? {
    let ranks = try Ranks.join()
    var options = ExchangeOptions()
    options.exchange = exchange
    // Errors of a rank are of whole gradients, which it is not to hold.
    options.feedsBackErrors = !noErrorFeedback && !shardWeights
    options.isFixedOrder = fixedOrder
    options.shardsOptimizer = shardOptimizer
    options.shardsWeights = shardWeights
    options.gather = gather ?? .float32
    guard ranks.size > 1 || options != ExchangeOptions() else { return nil }
    return GradientExchange(ranks, options)
  }

  /// Compares what ranks must have in common, before the first step.
  ///
  /// - Throws: ``AffineDistributed/CommunicationError``: the first difference.
  func compare(
    _ model: Transformer, _ corpus: CorpusIdentity, files: [(option: String, path: String?)]
  ) throws {
    let ranks = try Ranks.join()
    guard ranks.size > 1 else { return }
    var card = try Ranks.card()
    for (option, path) in files {
      card.add("file of \(option)", try path.map(Ranks.digest) ?? "none")
    }
    // A text has other tokens by another tokenizer, of which --initial names one.
    for (name, value) in [
      ("unit of tokens", corpus.unit), ("tokenizer", corpus.tokenizer ?? "none"),
      ("text", corpus.digest), ("number of kinds of tokens", "\(corpus.vocabulary)"),
      ("number of tokens", "\(corpus.trainingTokens) and \(corpus.validationTokens)"),
    ] { card.add(name, value) }
    card.add("model", model.digest)
    try card.compare(over: ranks)
  }
}

extension ExchangeFormat: ExpressibleByArgument {}
