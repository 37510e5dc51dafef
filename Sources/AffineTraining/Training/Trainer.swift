internal import AffineLayers
public import AffineQuant

/// Trains a transformer on a text, step by step.
///
/// Settings, text and step fix every number, on any number of threads; so does a checkpoint.
public struct Trainer: Sendable {
  /// What fixes the run.
  public let settings: TrainingSettings
  /// The text.
  public let corpus: TextCorpus
  /// Which recipe a step follows.
  public internal(set) var recipes: RecipeSchedule
  /// The model as it is now.
  public internal(set) var model: Transformer
  /// The optimizer and its moments.
  public internal(set) var optimizer: Optimizer
  /// Steps taken.
  public internal(set) var step = 0
  /// The largest bytes of any step so far.
  public private(set) var peak = MemoryUse()

  /// What a step reports.
  public struct Report: Sendable, Hashable {
    /// Nats a token, before the step.
    public let loss: Double
    /// The norm of all gradients together, before they are clipped.
    public let gradientNorm: Double
    /// How far the step moved.
    public let learningRate: Float
    /// The recipe that it followed.
    public let recipe: String
  }

  /// Starts from a model: a new one, or one to fine-tune.
  ///
  /// - Throws: ``TrainingError``: settings, recipe or vocabulary that do not fit.
  public init(
    _ model: Transformer, _ recipes: RecipeSchedule, _ corpus: TextCorpus,
    _ settings: TrainingSettings, on execution: Execution = .standard
  ) throws(TrainingError) {
    try settings.validate(context: model.shape.context)
    guard corpus.vocabulary.count <= model.shape.vocabulary else {
      throw .model(
        "the text has \(corpus.vocabulary.count) tokens and the model \(model.shape.vocabulary)")
    }
    self.settings = settings
    self.corpus = corpus
    self.recipes = recipes
    self.model = model
    do throws(OptimizerError) {
      optimizer = try Optimizer(settings.optimizer, for: model.parameters)
    } catch { throw .optimizer(error) }
    if recipes.recipe(at: 0).learnsSteps { try measureSteps(execution) }
  }

  /// One step: loss, gradients, update.
  ///
  /// - Throws: ``TrainingError``: a loss or gradient that is not finite, before anything changes; a value
  ///   that a parameter's format cannot hold.
  public mutating func advance(on execution: Execution = .standard) throws(TrainingError) -> Report
  {
    let recipe = recipes.recipe(at: step)
    let (loss, gradients) = try gradients(recipe, execution)
    let norm = GradientClipping.norm(gradients, on: execution)
    guard norm.isFinite else { throw .notFinite(tensor: culprit(gradients, execution), step: step) }
    try detect(gradients, execution)
    let rate = settings.schedule(step: step)
    do throws(OptimizerError) {
      try optimizer.step(
        &model.parameters, stored: gradients,
        factor: GradientClipping(largestNorm: settings.largestNorm).factor(norm),
        learningRate: rate, seed: settings.seed, on: execution)
    } catch { throw .optimizer(error) }
    step += 1
    return Report(loss: loss, gradientNorm: norm, learningRate: rate, recipe: recipe.name)
  }

  private mutating func gradients(
    _ recipe: Recipe, _ execution: Execution
  ) throws(TrainingError) -> (loss: Double, gradients: [StoredMatrix?]) {
    var (total, sums): (Double, [StoredMatrix?]) = (0, [])
    for part in 0..<settings.accumulation {
      let index = step * settings.accumulation + part
      let batch = try corpus.windows { corpus throws(CorpusError) in
        try corpus.batch(
          step: index, size: settings.batch, sequence: settings.sequence, seed: settings.dataSeed)
      }
      let tape = Tape(seed: settings.seed, step: UInt64(index), flow: recipe.flow, on: execution)
      let result = try model.gradients(
        batch.inputs, targets: batch.targets, sequence: settings.sequence, recipe: recipe,
        weight: 1 / Float(settings.accumulation), on: tape)
      guard result.loss.isFinite else { throw .notFinite(tensor: "the loss", step: step) }
      total += result.loss / Double(settings.accumulation)
      try add(result.gradients, to: &sums, execution)
      peak.activations = max(peak.activations, tape.peakSavedBytes)
    }
    peak.gradients = max(peak.gradients, sums.reduce(0) { $0 + ($1?.byteCount ?? 0) })
    peak.weights = max(peak.weights, model.byteCount)
    peak.optimizer = max(peak.optimizer, optimizer.stateBytes)
    return (total, sums)
  }

  private func add(
    _ gradients: [Matrix<Float>?], to sums: inout [StoredMatrix?], _ execution: Execution
  ) throws(TrainingError) {
    guard !sums.isEmpty else {
      sums = gradients.map { $0.map(settings.gradients.round) }
      return
    }
    for (index, gradient) in gradients.enumerated() {
      guard let gradient, let sum = sums[index] else { continue }
      do throws(ShapeError) {
        sums[index] = try settings.gradients.sum(sum, gradient, on: execution)
      } catch { throw .shape(tensor: model.parameters[index].name, error) }
    }
  }

  /// The first parameter whose gradient is not finite.
  private func culprit(_ gradients: [StoredMatrix?], _ execution: Execution) -> String {
    let index = gradients.firstIndex {
      !GradientClipping.norm([$0], on: execution).isFinite
    }
    return index.map { "the gradient of \(model.parameters[$0].name)" } ?? "the gradients' norm"
  }

  /// A detector sees the gradient of the first layer that follows the recipe: errors of all others have
  /// passed through it.
  private mutating func detect(
    _ gradients: [StoredMatrix?], _ execution: Execution
  ) throws(TrainingError) {
    guard case .noiseTriggered = recipes, let first = model.linearLayers.first,
      let gradient = gradients[first.weight]?.floats(on: execution)
    else { return }
    do throws(QuantizationError) {
      try recipes.observe(gradient, step: step, seed: settings.seed, on: execution)
    } catch { throw .quantization(tensor: model.parameters[first.weight].name, error) }
  }
}

extension TextCorpus {
  fileprivate func windows<Result>(
    _ body: (TextCorpus) throws(CorpusError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(CorpusError) { return try body(self) } catch { throw .corpus(error) }
  }
}
