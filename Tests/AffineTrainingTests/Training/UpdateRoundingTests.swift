import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Weights in few bits learn because updates round at random: to the nearest, what is smaller than half
/// a step is lost.
///
/// Only linear layers are trained here, with a learning rate of 10⁻⁴: a step of int8 codes is about
/// 10⁻³ there, and one of bfloat16 weights up to 5 · 10⁻⁴. Validation losses measured for two seeds:
///
///     start                    5.48   5.61
///     float32                  3.796  3.949
///     int8-weight-only         3.798  3.955    to the nearest: 5.459  5.562
///     bfloat16                 3.794  3.950    to the nearest: 4.398  4.622
@Suite struct UpdateRoundingTests {
  private func loss(_ recipe: Recipe, seed: UInt64) throws -> (start: Double, end: Double) {
    let run = try SmallRun(recipe) { _, settings in
      (settings.schedule, settings.seed) = (.constant(1e-4), seed)
      (settings.batch, settings.validationWindows) = (4, 32)
    }
    var model = try run.model()
    for (index, parameter) in model.parameters.enumerated()
    where !parameter.name.hasPrefix("blocks") || parameter.shape.rows == 1 {
      model.parameters[index].learningRateFactor = 0
      guard parameter.name == "head.weight" else { continue }
      // A head that nobody trains has to tell tokens apart at the start.
      model.parameters[index].value = .float32(parameter.value.floats().map { 10 * $2 })
    }
    var trainer = try run.trainer(model)
    let start = try trainer.validationLoss()
    let record = try trainer.run(steps: 60)
    return (start, record.validationLoss ?? .nan)
  }

  private func nearest(_ recipe: Recipe) -> Recipe {
    recipe.with { $0.updatesStochastically = false }
  }

  @Test(arguments: [1, 2] as [UInt64]) func codesOfEightBits(seed: UInt64) throws {
    let float = try loss(.float32, seed: seed)
    let right = try loss(.int8WeightOnly, seed: seed)
    let wrong = try loss(nearest(.int8WeightOnly), seed: seed)
    #expect(float.start - float.end > 1.5)
    #expect(abs(right.end - float.end) <= 0.05)
    #expect(wrong.end - float.end >= 1)
  }

  @Test(arguments: [1, 2] as [UInt64]) func bfloat16(seed: UInt64) throws {
    let float = try loss(.float32, seed: seed)
    let right = try loss(.bfloat16, seed: seed)
    let wrong = try loss(nearest(.bfloat16), seed: seed)
    #expect(abs(right.end - float.end) <= 0.05)
    #expect(wrong.end - float.end >= 0.3)
  }
}
