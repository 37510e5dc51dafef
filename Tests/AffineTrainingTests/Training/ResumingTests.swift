import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// A run that stops and goes on is the run that never stopped, bit for bit.
@Suite struct ResumingTests {
  /// Every parameter, moment, loss and switch of both.
  static func check(_ run: SmallRun, steps: Int = 4, stop: Int = 2) async throws {
    try await inFolder { folder in
      let path = folder + "/run.safetensors"
      let whole = try run.end(steps: steps) { trainer, record in
        if trainer.step == stop { try trainer.checkpoint(record).write(to: path) }
      }
      var trainer = try run.trainer()
      let earlier = try trainer.resume(from: Checkpoint.load(from: path))
      #expect(trainer.step == stop && earlier.curve.count == stop)
      let record = try trainer.run(steps: steps, validatingEvery: 2, continuing: earlier)
      #expect(record.curve.count == steps)
      let differences = try trainer.checkpoint(record).differences(from: whole)
      #expect(differences == [], "\(run.recipes.name)")
    }
  }

  @Test(arguments: Recipe.named) func everyRecipeGoesOn(recipe: Recipe) async throws {
    try await Self.check(
      try SmallRun(recipe) { shape, settings in
        (shape.dropout, shape.positions) = (0.1, .rotary)
        (shape.norm, shape.activation) = (.rms, .swiglu)
      })
  }

  @Test(arguments: MomentFormat.all, OptimizerSettings.Kind.allCases)
  func everyOptimizerGoesOn(moments: MomentFormat, kind: OptimizerSettings.Kind) async throws {
    // A plain step of SGD is as long as the gradient, which is small.
    let rate: Float = kind == .sgd ? 0.1 : 1e-3
    for recipe in [Recipe.int8WeightOnly, .bfloat16] {
      try await Self.check(
        try SmallRun(recipe) { _, settings in
          (settings.optimizer.moments, settings.optimizer.kind) = (moments, kind)
          settings.schedule.peak = rate
        })
    }
  }

  @Test(arguments: GradientFormat.allCases)
  func accumulatedAndClippedStepsGoOn(gradients: GradientFormat) async throws {
    try await Self.check(
      try SmallRun(.jetfire) { shape, settings in
        (settings.accumulation, settings.largestNorm) = (3, 0.5)
        (settings.gradients, shape.isTied) = (gradients, true)
      })
  }

  @Test(arguments: [Recipe.float32, .int8WeightOnly, .switchBack])
  func adaptersGoOn(recipe: Recipe) async throws {
    var run = try SmallRun(recipe)
    run.rank = 2
    try await Self.check(run)
  }

  @Test func cyclesGoOn() async throws {
    let cycles = try CyclicPrecision(steps: 16, cycles: 2)
    try await Self.check(try SmallRun(.cyclic(cycles)) { _, _ in }, steps: 12, stop: 5)
  }

  /// A run that had ended goes on to more steps, as one that was going to be as long from then on.
  @Test func moreStepsGoOn() throws {
    let cycles = { (steps: Int) in try CyclicPrecision(steps: steps, cycles: 2) }
    for isCyclic in [false, true] {
      func run(_ steps: Int) throws -> SmallRun {
        try SmallRun(isCyclic ? .cyclic(cycles(steps)) : .constant(.int8WeightOnly)) {
          $1.schedule.steps = steps
        }
      }
      let short = try run(4).end(steps: 4)
      var trainer = try run(8).trainer()
      let earlier = try trainer.resume(from: short)
      let record = try trainer.run(steps: 8, validatingEvery: 2, continuing: earlier)
      #expect(record.curve.map(\.step) == Array(1...8))
      // From there it goes on as it would have.
      var again = try run(8).trainer()
      _ = try again.resume(from: trainer.checkpoint(record))
      #expect(again.step == 8)
    }
  }

  /// Between two checks, after the first of two that want the same, and after a switch.
  @Test(arguments: [3, 4, 6, 7]) func aDetectorGoesOn(stop: Int) async throws {
    var settings = NoiseSwitch.Settings()
    (settings.interval, settings.checks, settings.distance) = (3, 2, 3)
    // Above any ratio that there is: every check wants more bits.
    settings.raiseBelow = 1e6
    settings.lowerAbove = 1e7
    let detector = try NoiseSwitch(role: "weight", ladder: [4, 8, 16], settings: settings)
    let run = try SmallRun(.noiseTriggered(detector)) { _, _ in }
    try await Self.check(run, steps: 14, stop: stop)
    guard
      case .noiseTriggered(let end) = try {
        var trainer = try run.trainer()
        _ = try trainer.run(steps: 14)
        return trainer.recipes
      }()
    else { return }
    #expect(end.log.map(\.step) == [5, 11] && end.log.map(\.to) == [8, 16])
  }
}
