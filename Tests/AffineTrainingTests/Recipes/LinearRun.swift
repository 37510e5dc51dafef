import AffineLayers
import AffineQuant
import AffineTraining

/// A linear layer's three products under a recipe, as a tape computes them.
struct LinearRun {
  let output, dx, dw: Matrix<Float>
  let savedBytes: Int
  /// The gradients of trained steps.
  var inputStep: Float?
  var weightStep: Float?

  init(
    _ recipe: Recipe, _ x: StoredMatrix, _ w: StoredMatrix, _ g: Matrix<Float>,
    steps: (input: Float, weight: Float)? = nil, seed: UInt64 = 1, step: UInt64 = 0,
    flows: Bool = false, on execution: Execution = .threads(1)
  ) throws {
    let tape = Tape(seed: seed, step: step, flow: flows ? recipe.flow : nil, on: execution)
    let (input, weight) = (tape.input(x), tape.input(w))
    let known = steps ?? (recipe.learnsSteps ? (0, 0) : nil)
    let variables = known.map {
      (
        input: tape.input(.float32(.single($0.input))),
        weight: tape.input(.float32(.single($0.weight)))
      )
    }
    let y = try tape.linear(input, weight, recipe: recipe, steps: variables)
    output = y.value.floats()
    savedBytes = tape.savedBytes
    let gradients = try tape.gradients(of: y, g)
    dx = gradients[input] ?? .single(.nan)
    dw = gradients[weight] ?? .single(.nan)
    inputStep = variables.flatMap { gradients[$0.input] }?[0, 0]
    weightStep = variables.flatMap { gradients[$0.weight] }?[0, 0]
  }

  init(_ recipe: Recipe, _ x: Matrix<Float>, _ w: Matrix<Float>, _ g: Matrix<Float>) throws {
    try self.init(recipe, .float32(x), .float32(w), g)
  }

  /// Whether all numbers are finite.
  var isFinite: Bool {
    [output, dx, dw].allSatisfy { $0.values.array.allSatisfy(\.isFinite) }
  }

  /// Whether all numbers are the same bits.
  func isIdentical(to other: LinearRun) -> Bool {
    output == other.output && dx == other.dx && dw == other.dw && savedBytes == other.savedBytes
      && inputStep == other.inputStep && weightStep == other.weightStep
  }
}

extension Matrix<Float> {
  static func single(_ value: Float) -> Matrix { Matrix(rows: 1, columns: 1) { _, _ in value } }

  static func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns) { _, _ in 0 }
  }

  func map(_ change: (_ row: Int, _ column: Int, _ value: Float) -> Float) -> Matrix {
    Matrix(rows: shape.rows, columns: shape.columns) { change($0, $1, self[$0, $1]) }
  }

  /// The upper left part.
  func corner(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns) { self[$0, $1] }
  }

  /// With zeros on the right and below.
  func padded(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns) { row, column in
      row < shape.rows && column < shape.columns ? self[row, column] : 0
    }
  }
}

extension Recipe {
  /// The same with some choices changed.
  func with(_ change: (inout Recipe) -> Void) -> Recipe {
    var recipe = self
    change(&recipe)
    return recipe
  }
}
