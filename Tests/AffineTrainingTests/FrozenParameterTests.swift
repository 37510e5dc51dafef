import AffineLayers
import AffineQuant
import AffineTraining
import Testing

@Suite struct FrozenParameterTests {
  private let settings = OptimizerSettings(weightDecay: 0)

  private func parameters() -> [Parameter] {
    var parameters = ["first", "second"].enumerated().map { index, name in
      Parameter(name, .float32(Numbers.normal(3, 5, seed: UInt64(index))))
    }
    parameters[0].learningRateFactor = 0
    return parameters
  }

  private let gradients: [Matrix<Float>?] = [
    Numbers.uniform(3, 5, seed: 3), Numbers.uniform(3, 5, seed: 4),
  ]

  @Test func costNoMoments() throws {
    var parameters = parameters()
    let before = parameters[0].value.floats()
    var optimizer = try Optimizer(settings, for: parameters)
    #expect(optimizer.stateBytes == 2 * 4 * 15)
    try optimizer.step(&parameters, gradients: gradients, learningRate: 0.1)
    #expect(parameters[0].value.floats() == before)
    #expect(optimizer.stateBytes == 2 * 4 * 15)
    #expect(optimizer.exportMoments().map(\.name).filter { $0.hasPrefix("first") } == [])
  }

  /// What is trained from some step on starts with moments of zero and a count of its own.
  @Test func startWhenTheyAreFrozenNoMore() throws {
    var parameters = parameters()
    var optimizer = try Optimizer(settings, for: parameters)
    try optimizer.step(&parameters, gradients: gradients, learningRate: 0.1)
    parameters[0].learningRateFactor = 1
    let before = parameters[0].value.floats()
    try optimizer.step(&parameters, gradients: gradients, learningRate: 0.1)
    // The first step of Adam is the learning rate, but for rounding.
    for (old, new) in zip(before.values.array, parameters[0].value.floats().values.array) {
      #expect(abs(abs(new - old) - 0.1) < 1e-5)
    }
    #expect(optimizer.stateBytes == 2 * 2 * 4 * 15)
  }

  @Test func checkpointsGoOn() throws {
    var straight = parameters()
    var optimizer = try Optimizer(settings, for: straight)
    try optimizer.step(&straight, gradients: gradients, learningRate: 0.1)
    var resumed = straight
    var other = try Optimizer(settings, for: resumed)
    try other.importMoments(optimizer.exportMoments())
    try optimizer.step(&straight, gradients: gradients, learningRate: 0.1)
    try other.step(&resumed, gradients: gradients, learningRate: 0.1)
    for (a, b) in zip(straight, resumed) { #expect(a.value.floats() == b.value.floats()) }
  }
}
