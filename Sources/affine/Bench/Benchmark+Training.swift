import AffineBench
import AffineLayers
import AffineQuant
import AffineTraining

extension Benchmark {
  /// Forward and both gradients of a linear layer, as a tape computes them in training.
  func trainStep() throws -> BenchmarkWork {
    var recipe = try trainedRecipe()
    recipe.precision = execution.precision
    let row = try kernel(.linear, activations, weights)
    let (x, w, g, on) = (matrix(m, k, 1), matrix(n, k, 2), matrix(m, n, 3), execution)
    let plan = recipe
    // X, W and G, and a result of the size of each.
    let bytes = 8 * Double(m * k + m * n + n * k)
    return BenchmarkWork(amount: 3 * products, bytes: bytes, kernel: row) {
      let tape = Tape(on: on)
      let output = try tape.linear(
        tape.input(.float32(x)), tape.input(.float32(w)), recipe: plan)
      _ = try tape.gradients(of: output, g)
    }
  }

  /// The recipe whose forward product has these types.
  private func trainedRecipe() throws -> Recipe {
    switch (weights, activations) {
    case (.float(.float32), .float(.float32)): return .float32
    case (.quantized(Int8Weight.type), .quantized(Int8Activations.type)):
      return .int8MixedPrecision
    default:
      throw Failure(
        "train-step runs int8-row with int8-token, or float32 with float32, "
          + "not \(weights.name) with \(activations.name)")
    }
  }

  /// AdamW on m × k parameters.
  func optimizerStep(_ moments: MomentFormat) throws -> BenchmarkWork {
    let shape = Shape(m, k)
    var optimizer = try AdamW(shape: shape, moments: moments)
    var parameters = matrix(m, k, 1)
    let (gradient, on) = (matrix(m, k, 2), execution)
    let bytes = Double(shape.count) * 12 + 2 * Double(optimizer.stateBytes)
    return BenchmarkWork(amount: Double(shape.count), bytes: bytes, kernel: nil) {
      try optimizer.move(&parameters, gradient: gradient, on: on)
    }
  }
}
