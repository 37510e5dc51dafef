import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Learning rates, clipping and precisions, as whole runs follow them.
@Suite struct ScheduledRunTests {
  private func reports(_ run: SmallRun, steps: Int) throws -> [Trainer.Report] {
    var trainer = try run.trainer()
    return try (0..<steps).map { _ in try trainer.advance(on: .threads(1)) }
  }

  @Test func learningRatesFollowTheirTable() throws {
    let run = try SmallRun(.float32) { _, settings in
      settings.schedule = LearningRateSchedule(
        peak: 0x1p-8, decay: .linear, warmUp: 4, steps: 8, finalFraction: 0.5)
    }
    let parts: [Float] = [0.25, 0.5, 0.75, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.5]
    #expect(try reports(run, steps: 10).map { $0.learningRate * 0x1p8 } == parts)
  }

  /// Without a memory, SGD moves by the learning rate times what is left of the gradient. A parameter
  /// below 2 is rounded by 2⁻²⁴ at most, of which the root of their number is a bound of the norm.
  @Test func aClippedStepIsAsLongAsItMayBe() throws {
    for largest in [0.25, .infinity] as [Float] {
      let run = try SmallRun(.float32) { _, settings in
        settings.optimizer = OptimizerSettings(kind: .sgd, beta1: 0, weightDecay: 0)
        (settings.schedule, settings.largestNorm) = (.constant(1), largest)
      }
      var trainer = try run.trainer()
      let before = trainer.model.parameters
      let report = try trainer.advance()
      #expect(report.gradientNorm > 0.5)
      let moved = zip(before, trainer.model.parameters).reduce(0.0) { sum, pair in
        zip(pair.0.value.floats().values.array, pair.1.value.floats().values.array)
          .reduce(sum) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
      }.squareRoot()
      let expected = min(report.gradientNorm, Double(largest))
      let rounding = 0x1p-24 * Double(trainer.model.parameterCount).squareRoot()
      #expect(abs(moved - expected) <= rounding + 0x1p-22 * expected)
    }
  }

  @Test func cyclesFollowTheirTable() throws {
    let run = try SmallRun(.cyclic(try CyclicPrecision(steps: 15, cycles: 3))) { _, _ in }
    // 3 + 2.5 · (1 − cos(π · step / 5)): 3, 3.48, 4.73, 6.27, 7.52.
    let bits = [3, 3, 5, 6, 8]
    #expect(try reports(run, steps: 17).map(\.recipe) == (0..<17).map { "int\(bits[$0 % 5])" })
  }
}

/// More bits once the rounding of gradients drowns them.
///
/// Gradients of a first weight that is trained in 4 bits, averaged over about 33 steps: at the start
/// batches agree, and the ratio of signal to rounding was 7 at step 0 and 41 at step 9; at step 39 the
/// model knew what all windows have in common, and it was 1.2. The second check in a row that found it
/// below √3 was at step 44. At 8 bits rounding is an eighteenth.
@Suite struct NoiseTriggeredRunTests {
  private func run() throws -> SmallRun {
    var settings = NoiseSwitch.Settings()
    (settings.interval, settings.checks, settings.distance) = (5, 2, 10)
    settings.averaging = 0.97
    let detector = try NoiseSwitch(role: "weight", ladder: [4, 8, 16], settings: settings)
    return try SmallRun(.noiseTriggered(detector)) { _, settings in
      (settings.schedule, settings.batch) = (.constant(3e-3), 4)
    }
  }

  @Test func aFadingSignalSwitchesOnce() throws {
    var trainer = try run().trainer()
    let recipes = try (0..<80).map { _ in try trainer.advance(on: .threads(2)).recipe }
    guard case .noiseTriggered(let end) = trainer.recipes else { return }
    let change = try #require(end.log.first)
    #expect(end.log.count == 1 && end.bits == 8)
    #expect((change.role, change.from, change.to) == ("weight", 4, 8))
    #expect(change.ratio < 3.0.squareRoot() && (20..<60).contains(change.step))
    // The check of a step is the last thing in it.
    #expect(recipes[...change.step].allSatisfy { $0 == "int4" })
    #expect(recipes[(change.step + 1)...].allSatisfy { $0 == "int8" })
  }

  @Test func itGoesOnFromBeforeTheSwitch() async throws {
    try await ResumingTests.check(try run(), steps: 60, stop: 33)
  }
}
