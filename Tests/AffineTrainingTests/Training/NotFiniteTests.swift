import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// What is not finite stops a run by name, and what it kept before stays whole.
@Suite struct NotFiniteTests {
  /// The model with one value of one parameter changed.
  private func planted(_ value: Float, _ name: String, _ run: SmallRun) throws -> Transformer {
    var model = try run.model()
    let index = try #require(model.parameters.firstIndex { $0.name == name })
    model.parameters[index].value = .float32(
      model.parameters[index].value.floats().map { $0 == 0 && $1 == 1 ? value : $2 })
    return model
  }

  private func error(_ model: Transformer, _ run: SmallRun) throws -> TrainingError? {
    var trainer = try run.trainer(model)
    let record = TrainingRecord(recipe: run.recipes.name, seed: 0)
    let before = try trainer.checkpoint(record)
    let error = #expect(throws: TrainingError.self) { try trainer.advance() }
    #expect(trainer.step == 0)
    #expect(try trainer.checkpoint(record).isIdentical(to: before))
    return error
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func aPlantedValueIsNamed(
    value: Float
  ) throws {
    let weight = "blocks.0.feedForward.up.weight"
    let float = try SmallRun(.float32)
    guard case .notFinite("the loss", step: 0)? = try error(planted(value, weight, float), float)
    else { throw Unexpected() }
    let validated = try float.trainer(planted(value, weight, float))
    #expect(throws: TrainingError.self) { try validated.validationLoss() }
    for recipe in [Recipe.switchBack, .int8MixedPrecision, .jetfire, .qat8da4w, .int4] {
      let run = try SmallRun(recipe)
      // Steps are measured at the start, which names the layer as well.
      let found = #expect(throws: TrainingError.self, "\(recipe.name)") {
        var trainer = try run.trainer(try planted(value, weight, run))
        _ = try trainer.advance()
      }
      guard case .quantization("blocks.0.feedForward.up", _)? = found else {
        Issue.record("\(recipe.name): \(String(describing: found))")
        continue
      }
    }
  }

  /// The loss is finite; its gradient is too large for a float where norms of small values have made it
  /// larger still.
  @Test func theFirstGradientIsNamed() throws {
    let run = try SmallRun(.float32)
    var model = try run.model()
    let factors: [(name: String, factor: Double)] = [
      ("head.weight", 5e38), ("tokens.weight", 0.01), ("positions.weight", 0.01),
    ]
    for (name, factor) in factors {
      let index = try #require(model.parameters.firstIndex { $0.name == name })
      model.parameters[index].value = .float32(
        model.parameters[index].value.floats().map { Float(factor * Double($2)) })
    }
    let found = try error(model, run)
    guard case .notFinite(let tensor, step: 0)? = found, tensor.hasPrefix("the gradient of ")
    else { throw Unexpected(found: "\(String(describing: found))") }
  }

  /// Weights leave every scale within a few steps; the file of the step before is whole, and goes on.
  @Test(arguments: [
    (Recipe.float32, "the loss"), (.bfloat16, "the loss"),
    (.int8WeightOnly, "blocks.0.attention.query.weight"),
    (.switchBackM, "blocks.0.attention.query"), (.jetfire, ""),
  ])
  func anAbsurdLearningRateLeavesTheLastCheckpoint(recipe: Recipe, tensor: String) async throws {
    let run = try SmallRun(recipe) { _, settings in
      settings.schedule = LearningRateSchedule(peak: 3e38, warmUp: 4, steps: 4)
      settings.optimizer.weightDecay = 0
    }
    try await inFolder { folder in
      let path = folder + "/run.safetensors"
      var trainer = try run.trainer()
      try trainer.checkpoint(TrainingRecord(recipe: recipe.name, seed: 3)).write(to: path)
      var last = try Checkpoint.load(from: path)
      let error = #expect(throws: TrainingError.self) {
        _ = try trainer.run(steps: 8) { trainer, record in
          last = try trainer.checkpoint(record)
          try last.write(to: path)
        }
      }
      #expect(error.flatMap(named)?.hasPrefix(tensor) == true, "\(recipe.name)")
      let found = try Checkpoint.load(from: path)
      #expect(found.isIdentical(to: last))
      var other = try run.trainer()
      #expect(try other.resume(from: found).curve.count == other.step)
      #expect(other.step == trainer.step)
    }
  }

  @Test func settingsThatAreNoNumbersAreRefused() throws {
    let changes: [(inout TrainingSettings) -> Void] = [
      { $0.schedule.peak = .nan }, { $0.schedule.peak = .infinity }, { $0.schedule.peak = -1 },
      { $0.schedule.finalFraction = .nan }, { $0.schedule.finalFraction = -1 },
      { $0.largestNorm = .nan }, { $0.largestNorm = 0 }, { $0.batch = 0 }, { $0.sequence = 17 },
      { $0.accumulation = 0 }, { $0.validationWindows = .max }, { $0.optimizer.beta1 = .nan },
      { $0.optimizer.beta2 = 1 }, { $0.optimizer.epsilon = 0 },
      { $0.optimizer.weightDecay = .infinity }, { $0.optimizer.moments = .dynamic8(group: 0) },
    ]
    for (index, change) in changes.enumerated() {
      let run = try SmallRun(.float32) { _, settings in change(&settings) }
      #expect(throws: TrainingError.self, "change \(index)") { try run.trainer() }
    }
  }

  /// The tensor that an error names.
  private func named(_ error: TrainingError) -> String? {
    switch error {
    case .notFinite(let tensor, _), .quantization(let tensor, _): tensor
    case .optimizer(.tensor(let tensor, _)): tensor
    default: nil
    }
  }

  private struct Unexpected: Error { var found = "" }
}
