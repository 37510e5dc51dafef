import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// No parameter moves much further with short moments than with moments in float32: where a second
/// moment became zero and the first did not, steps were divided by epsilon.
@Suite struct MomentRangeTests {
  static let formats: [MomentFormat] = [.dynamic8(), .dynamic4(), .float8()]
  static let shape = Shape(128, 256)

  /// The largest parameter after 60 steps from zero.
  static func largest(
    _ format: MomentFormat, on execution: Execution,
    _ gradient: (Int, inout SplitMix64) -> Matrix<Float>
  ) throws -> Float {
    var random = SplitMix64(seed: 11)
    var optimizer = try AdamW(shape: shape, moments: format)
    optimizer.weightDecay = 0
    var parameters = Matrix<Float>(rows: shape.rows, columns: shape.columns) { _, _ in 0 }
    for step in 0..<60 {
      try optimizer.move(&parameters, gradient: gradient(step, &random), on: execution)
    }
    return parameters.values.array.reduce(0) { max($0, $1.magnitude) }
  }

  /// A sum of twelve uniform numbers is nearly normal.
  static func normal(_ random: inout SplitMix64) -> Float {
    (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &random) }
  }

  /// An embedding: a few rows have a gradient, those in front more often.
  static func rows(_ step: Int, _ random: inout SplitMix64) -> Matrix<Float> {
    let chosen = (0..<4).map { _ in
      let (a, b) = (
        Double.random(in: 0..<1, using: &random), Double.random(in: 0..<1, using: &random)
      )
      return Int(a * b * Double(shape.rows))
    }
    var values = [Float](repeating: 0, count: shape.count)
    for row in chosen {
      for column in 0..<shape.columns { values[row * shape.columns + column] += normal(&random) }
    }
    return Matrix(rows: shape.rows, columns: shape.columns) { values[$0 * shape.columns + $1] }
  }

  /// All have gradients; one is 10⁴ times as large, once.
  static func outlier(_ step: Int, _ random: inout SplitMix64) -> Matrix<Float> {
    let values = (0..<shape.count).map { _ in normal(&random) }
    return Matrix(rows: shape.rows, columns: shape.columns) { row, column in
      values[row * shape.columns + column] * (step == 20 && row == 3 && column == 7 ? 1e4 : 1)
    }
  }

  @Test(arguments: formats, AdamWKernelTests.instructionSets)
  func noParameterMovesMuchFurther(format: MomentFormat, set: InstructionSet) throws {
    let execution = Execution(threads: 1, instructionSet: set)
    for gradient in [Self.rows, Self.outlier] {
      let float = try Self.largest(.float32, on: execution, gradient)
      let short = try Self.largest(format, on: execution, gradient)
      #expect(short <= 1.1 * float && short >= 0.9 * float, "\(short) for \(float)")
    }
  }
}
