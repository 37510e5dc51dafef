import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Two batches of 4 windows are one of 8.
@Suite struct AccumulationTests {
  private static let windows = 4

  private func run(_ gradients: GradientFormat = .float32) throws -> SmallRun {
    try SmallRun(.float32) { _, settings in
      (settings.batch, settings.accumulation) = (Self.windows, 2)
      settings.gradients = gradients
      // Without a memory the first moment is the gradient itself.
      settings.optimizer.beta1 = 0
    }
  }

  /// The gradients that a first step moved against, by parameter, and its report.
  private func step(
    _ run: SmallRun
  ) throws -> (gradients: [String: Matrix<Float>], report: Trainer.Report) {
    var trainer = try run.trainer()
    let report = try trainer.advance(on: .threads(1))
    var gradients: [String: Matrix<Float>] = [:]
    for (name, value) in trainer.optimizer.exportMoments() where name.hasSuffix(".first") {
      gradients[String(name.dropLast(6))] = value.floats()
    }
    return (gradients, report)
  }

  /// The gradients of windows that follow each other, in one batch.
  private func gradients(
    _ run: SmallRun, _ parts: Range<Int>
  ) throws -> (loss: Double, gradients: [Matrix<Float>?]) {
    var (inputs, targets): ([Int], [Int]) = ([], [])
    for part in parts {
      let batch = try SmallRun.text.get().batch(
        step: part, size: Self.windows, sequence: run.shape.context, seed: run.settings.dataSeed)
      inputs += batch.inputs
      targets += batch.targets
    }
    return try run.model().gradients(
      inputs, targets: targets, sequence: run.shape.context, recipe: .float32,
      on: Tape(on: .threads(1)))
  }

  /// Both differ from the exact gradient by at most 2⁻²⁴ of its norm for each rounding on the way, of
  /// which sums over tokens add as many as there are tokens.
  @Test func halvesMakeTheWhole() throws {
    let run = try run()
    let found = try step(run)
    let whole = try gradients(run, 0..<2)
    let unit = 2 * Double(ModelCheck.roundings + 2 * Self.windows * run.shape.context) * 0x1p-24
    #expect(abs(found.report.loss - whole.loss) <= unit * whole.loss)
    var squares = 0.0
    for (parameter, gradient) in zip(try run.model().parameters, whole.gradients) {
      let gradient = try #require(gradient)
      let sum = try #require(found.gradients[parameter.name])
      let error = Numbers.relativeError(sum, gradient)
      #expect(error <= unit, "\(parameter.name)")
      squares += Numbers.doubles(gradient).reduce(0) { $0 + $1 * $1 }
    }
    #expect(
      abs(found.report.gradientNorm - squares.squareRoot()) <= unit * squares.squareRoot())
  }

  /// The first half is rounded to 8 bits, and so is the sum: each by at most 2⁻⁸ of itself. Nothing else
  /// is lost: float32 has the same values before.
  @Test func shortGradientsLoseTheirRoundingAlone() throws {
    let (short, exact) = (try step(run(.bfloat16)), try step(run()))
    #expect(short.report.loss == exact.report.loss)
    let parts = try gradients(run(), 0..<1).gradients
    var isRounded = false
    for (parameter, half) in zip(try run().model().parameters, parts) {
      let half = try #require(half)
      let found = try #require(short.gradients[parameter.name])
      let sum = try #require(exact.gradients[parameter.name])
      for index in 0..<half.shape.count {
        let (first, total) = (abs(Double(half.values[index])) / 2, abs(Double(sum.values[index])))
        // Half a unit of the first, then of a sum that it has moved; sums in float32 add 2⁻²³.
        let moved = 0x1p-8 * first
        let bound = moved + 0x1p-8 * (total + moved) + 0x1p-23 * (first + total)
        let error = abs(Double(found.values[index]) - Double(sum.values[index]))
        #expect(error <= bound + 0x1p-130, "\(parameter.name)")
        isRounded = isRounded || error > 0
      }
    }
    #expect(isRounded)
  }

  @Test func shortGradientsTakeHalfTheBytes() throws {
    let bytes = try GradientFormat.allCases.map { format in
      var trainer = try run(format).trainer()
      _ = try trainer.advance(on: .threads(1))
      return trainer.peak.gradients
    }
    let count = try run().model().parameterCount
    #expect(bytes == [4 * count, 2 * count])
  }
}
