import AffineLayers
import AffineQuant
import AffineTraining

/// Inputs, weight and gradient of a small layer, with odd extents.
struct Layer {
  let x, w, g: Matrix<Float>

  init(_ m: Int = 40, _ n: Int = 23, _ k: Int = 70, seed: UInt64 = 1) {
    x = Numbers.normal(m, k, seed: seed)
    w = Numbers.normal(n, k, seed: seed + 1).map { $2 / 8 }
    g = Numbers.normal(m, n, seed: seed + 2).map { $2 / 64 }
  }

  private init(x: Matrix<Float>, w: Matrix<Float>, g: Matrix<Float>) {
    (self.x, self.w, self.g) = (x, w, g)
  }

  /// 512 in all three directions: what published errors are measured at.
  static let large = Layer(512, 512, 512, seed: 11)

  /// The same inputs and weight with another gradient.
  func replacing(gradient: Matrix<Float>) -> Layer { Layer(x: x, w: w, g: gradient) }

  /// The same inputs and gradient with another weight.
  func replacing(weight: Matrix<Float>) -> Layer { Layer(x: x, w: weight, g: g) }

  /// Other inputs.
  func replacing(input: Matrix<Float>) -> Layer { Layer(x: input, w: w, g: g) }

  func run(
    _ recipe: Recipe, steps: (input: Float, weight: Float)? = nil, seed: UInt64 = 1,
    step: UInt64 = 0, flows: Bool = false, on execution: Execution = .threads(1)
  ) throws -> LinearRun {
    try LinearRun(
      recipe, .float32(x), .float32(w), g, steps: steps, seed: seed, step: step, flows: flows,
      on: execution)
  }
}

/// The mean of the gradients of so many steps.
func meanGradients(
  _ layer: Layer, _ recipe: Recipe, draws: Int = 200, steps: (input: Float, weight: Float)? = nil
) throws -> (dx: [Double], dw: [Double]) {
  var dx = [Double](repeating: 0, count: layer.x.shape.count)
  var dw = [Double](repeating: 0, count: layer.w.shape.count)
  for step in 0..<draws {
    let run = try layer.run(recipe, steps: steps, step: UInt64(step))
    for index in dx.indices { dx[index] += Double(run.dx.values[index]) / Double(draws) }
    for index in dw.indices { dw[index] += Double(run.dw.values[index]) / Double(draws) }
  }
  return (dx, dw)
}
