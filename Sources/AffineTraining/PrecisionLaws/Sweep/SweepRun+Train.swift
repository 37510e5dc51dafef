internal import AffineLayers
public import AffineQuant

extension SweepRun {
  /// What all runs of a sweep share, in words.
  public static func identity(_ settings: SweepSettings, _ corpus: TextCorpus) -> String {
    "\(settings.batch) × \(settings.context) tokens a step, learning rate \(settings.learningRate), "
      + "\(settings.validationWindows) windows, text of \(corpus.training.count) and "
      + "\(corpus.validation.count) tokens of \(corpus.vocabulary.count) with the digest "
      + String(corpus.digest, radix: 16)
  }

  /// Trains, measures the loss, and measures it again with weights rounded after training.
  ///
  /// A run whose numbers stop being finite is a result too, one without a loss.
  ///
  /// - Parameters:
  ///   - settings: What all runs share.
  ///   - corpus: The text.
  ///   - execution: Threads and instruction sets; no loss depends on either.
  /// - Returns: Losses, or why there is none.
  /// - Throws: ``TrainingError``, ``RecipeError`` and ``AffineLayers/DecoderError``: extents or bits that cannot be.
  public func train(
    _ settings: SweepSettings, on corpus: TextCorpus, _ execution: Execution = .standard
  ) throws -> SweepResult {
    let recipe = try Recipe.forwardBits(
      weights: weightBits, activations: activationBits, cache: cacheBits)
    let configuration = try configuration(
      vocabulary: corpus.vocabulary.count, context: settings.context)
    let model = try Transformer(configuration, recipe: recipe, seed: seed)
    var trainer = try Trainer(
      model, .constant(recipe), corpus, settings.training(self), on: execution)
    var result = SweepResult(
      run: self, sweep: Self.identity(settings, corpus),
      parameters: model.nonEmbeddingParameterCount, tokens: steps * settings.tokens)
    do {
      let record = try trainer.run(steps: steps, on: execution)
      result.tokensPerSecond = record.tokensPerSecond
      result.loss = record.validationLoss
    } catch let error as TrainingError {
      guard case .notFinite = error else { throw error }
      result.failure = "\(error)"
      return result
    }
    // Groups are compared where nothing else is quantized.
    for granularity in isFloat ? SweepResult.Rounded.Granularity.allCases : [.row] {
      // More bits than a weight was trained in change nothing.
      for bits in settings.postBits where bits < weightBits ?? .max {
        do {
          let loss = try trainer.validationLoss(rounding: granularity, to: bits, on: execution)
          result.rounded.append(.init(granularity: granularity, bits: bits, loss: loss))
        } catch let error as TrainingError {
          // A loss that is no number is no row.
          guard case .notFinite = error else { throw error }
        }
      }
    }
    return result
  }
}

extension Trainer {
  /// The loss with weights rounded to the nearest codes of so many bits, on top of what they are trained
  /// in; inputs and cache stay as in training.
  func validationLoss(
    rounding granularity: SweepResult.Rounded.Granularity, to bits: Int, on execution: Execution
  ) throws -> Double {
    var (served, model) = (recipes.recipe(validatingAt: step), model)
    try model.convertWeights(for: served, on: execution)
    var rounding = Recipe(name: "rounding")
    rounding.forward.right = .codes(
      CodePlan(.signed(bits: bits), granularity == .row ? .vector : .slices(of: 32)))
    try model.convertWeights(for: rounding, on: execution)
    served.forward.right = .float
    served.inputGradient.right = .float
    return try Trainer(model, .constant(served), corpus, settings, on: execution)
      .validationLoss(on: execution)
  }
}
