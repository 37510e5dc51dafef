internal import AffineLayers
public import AffineQuant

/// Trains a transformer on a text, step by step.
///
/// Settings, text and step fix every number, on any number of threads; so does a checkpoint.
public struct Trainer: Sendable {
  /// What fixes the run.
  public let settings: TrainingSettings
  /// The text.
  public let corpus: any TrainingCorpus
  /// Which recipe a step follows.
  public internal(set) var recipes: RecipeSchedule
  /// The model as it is now.
  public internal(set) var model: Transformer
  /// The optimizer and its moments.
  public internal(set) var optimizer: Optimizer
  /// Steps taken.
  public internal(set) var step = 0
  /// Whether steps save only the inputs of blocks and compute the rest again; see
  /// ``Tape/init(seed:step:flow:isTraining:recomputesBlocks:on:)``. Steps are the same either way.
  public var recomputesBlocks = false
  /// The largest bytes of any step so far, on this rank.
  public internal(set) var peak = MemoryUse()
  /// Where the time of the last step went, on this rank.
  public private(set) var times = StepTimes()
  /// Which rank keeps the moments of each parameter, where ranks keep their part alone.
  let owners: [Int]?
  /// Whether each keeps these parameters themselves alone.
  var shardsWeights: Bool

  /// What a step reports.
  public struct Report: Sendable, Hashable {
    /// Nats a token or a pair of texts, before the step.
    public let loss: Double
    /// The norm of all gradients together, before they are clipped.
    public let gradientNorm: Double
    /// What the schedule gave this step; the unit is that of ``AdamW/learningRate`` or ``SGD/learningRate``.
    public let learningRate: Float
    /// The recipe that it followed.
    public let recipe: String
  }

  /// Starts from a model: a new one, or one to fine-tune.
  ///
  /// - Parameters:
  ///   - model: The same on all ranks, or made by them together.
  ///   - recipes: What linear layers follow.
  ///   - corpus: The text.
  ///   - settings: What fixes the run; a batch is that of all ranks together.
  ///   - execution: Threads and instruction sets.
  ///   - parallel: The ranks that train together, to be given to every step too.
  /// - Throws: ``TrainingError``: settings, recipe or vocabulary that do not fit.
  public init(
    _ model: Transformer, _ recipes: RecipeSchedule, _ corpus: any TrainingCorpus,
    _ settings: TrainingSettings, on execution: Execution = .standard,
    with parallel: (any DataParallel)? = nil
  ) throws(TrainingError) {
    try settings.validate(context: model.configuration.context)
    try Shares(parallel).check(settings)
    try Self.check(recipes, model)
    guard corpus.vocabularySize <= model.configuration.vocabulary else {
      throw .model(
        "the text has \(corpus.vocabularySize) tokens and the model \(model.configuration.vocabulary)"
      )
    }
    do throws(CorpusError) {
      // A text that is too short is found before any work, and not where the first validation is due.
      _ = try corpus.trainingBatch(
        step: 0, size: settings.batch, sequence: settings.sequence, seed: settings.dataSeed)
      _ = try corpus.validationBatch(
        count: settings.validationWindows, sequence: settings.sequence)
      try corpus.checkTogether(windows: Shares(parallel).together(settings))
    } catch { throw .corpus(error) }
    self.settings = settings
    self.corpus = corpus
    self.recipes = recipes
    self.model = model
    let shardsWeights = parallel?.shardsWeights ?? false
    guard model.owners == nil || shardsWeights else {
      throw .model("this rank has its part of the parameters alone: others must take part")
    }
    var owners: ParameterOwners?
    if shardsWeights || parallel?.shardsOptimizer ?? false {
      owners =
        model.owners
        ?? ParameterOwners(Shares(parallel), of: model.parameters, withFrozen: shardsWeights)
    }
    self.owners = owners?.owners
    self.shardsWeights = shardsWeights
    do throws(OptimizerError) {
      optimizer = try Optimizer(
        settings.optimizer, for: model.parameters,
        moving: owners.map { owners in model.parameters.indices.map { !owners.isElsewhere($0) } })
    } catch { throw .optimizer(error) }
    if recipes.recipe(at: 0).learnsSteps { try measureSteps(execution) }
    if shardsWeights, let owners { self.model.giveAway(owners) }
  }

  /// One step: loss, gradients, update.
  ///
  /// - Parameters:
  ///   - execution: Threads and instruction sets; no loss depends on either.
  ///   - parallel: The ranks that train together, which all take this step; those of
  ///     ``init(_:_:_:_:on:with:)``.
  /// - Returns: What all ranks found together, the same in each.
  /// - Throws: ``TrainingError``: a loss or gradient that is not finite, before anything changes; a value
  ///   that a parameter's format cannot hold.
  public mutating func advance(
    on execution: Execution = .standard, with parallel: (any DataParallel)? = nil
  ) throws(TrainingError) -> Report {
    let (start, before) = (ContinuousClock.now, parallel?.times ?? ParallelTimes())
    let recipe = recipes.recipe(at: step)
    let (loss, gradients) = try gradients(recipe, execution, parallel)
    let squares = try squares(gradients, execution, parallel)
    let norm = squares.reduce(0, +).squareRoot()
    guard norm.isFinite else { throw .notFinite(tensor: culprit(squares), step: step) }
    try detect(gradients, execution, parallel)
    let (rate, ready) = (settings.schedule(step: step), ContinuousClock.now)
    do throws(OptimizerError) {
      try optimizer.step(
        &model.parameters, stored: gradients,
        factor: GradientClipping(largestNorm: settings.largestNorm).factor(norm),
        learningRate: rate, seed: settings.seed, on: execution)
    } catch { throw .optimizer(error) }
    let (moved, after) = (ContinuousClock.now, parallel?.times ?? ParallelTimes())
    try shareParameters(parallel)
    times = StepTimes(
      whole: .now - start, optimizer: moved - ready, after: .now - moved, from: before, to: after)
    step += 1
    return Report(loss: loss, gradientNorm: norm, learningRate: rate, recipe: recipe.name)
  }

  private static func check(
    _ recipes: RecipeSchedule, _ model: Transformer
  ) throws(TrainingError) {
    if model.hasAdapters {
      do throws(RecipeError) { try recipes.checkBesideAdapters() } catch { throw .recipe(error) }
    }
    // Without a place for them, steps would be found anew in every product.
    let stepless = model.linearLayers.count { $0.steps == nil }
    guard stepless == 0 || !recipes.recipe(at: 0).learnsSteps else {
      throw .model(
        "\(recipes.name) trains steps, and \(stepless) of \(model.linearLayers.count) linear layers have none: "
          + "the model was made for another recipe")
    }
  }

  /// The first parameter whose gradient is not finite.
  private func culprit(_ squares: [Double]) -> String {
    squares.firstIndex { !$0.isFinite }.map { "the gradient of \(model.parameters[$0].name)" }
      ?? "the gradients' norm"
  }

  /// A detector sees the gradient of the first layer that follows the recipe: errors of all others have
  /// passed through it.
  private mutating func detect(
    _ gradients: [StoredMatrix?], _ execution: Execution, _ parallel: (any DataParallel)?
  ) throws(TrainingError) {
    guard case .noiseTriggered = recipes, let first = model.linearLayers.first,
      let gradient = try gradient(of: first.weight, among: gradients, execution, parallel)
    else { return }
    do throws(QuantizationError) {
      try recipes.observe(gradient, step: step, seed: settings.seed, on: execution)
    } catch { throw .quantization(tensor: model.parameters[first.weight].name, error) }
  }
}
