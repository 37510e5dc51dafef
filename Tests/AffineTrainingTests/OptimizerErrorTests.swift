import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct OptimizerErrorTests {
  @Test func errorsNameTheTensor() throws {
    var parameters = try OptimizerTests.parameters()
    var optimizer = try Optimizer(OptimizerSettings(), for: parameters)
    var gradients = OptimizerTests.gradients(0)
    gradients[2] = Matrix(rows: 24, columns: 300) { $0 == 5 && $1 == 7 ? .nan : 1 }
    #expect(throws: OptimizerError.self) {
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-3)
    }
    do {
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-3)
    } catch {
      guard case .tensor("codes", .notFinite(_, row: 5, column: 7)) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.hasPrefix("codes: "))
    }
    #expect(optimizer.stepCount == 0)
  }

  @Test func whatDoesNotFitIsRefusedBeforeAnythingChanges() throws {
    var parameters = try OptimizerTests.parameters()
    let before = OptimizerTests.patterns(parameters)
    var optimizer = try Optimizer(OptimizerSettings(), for: parameters)
    let gradients = OptimizerTests.gradients(0)
    var others = parameters
    others.swapAt(0, 1)
    #expect(throws: OptimizerError.wrongParameter(expected: "float", found: "half")) {
      try optimizer.step(&others, gradients: gradients, learningRate: 1)
    }
    #expect(throws: OptimizerError.wrongCount(of: "gradients", expected: 4, found: 1)) {
      try optimizer.step(&parameters, gradients: [nil], learningRate: 1)
    }
    var turned = gradients
    turned[1] = Samples.matrix(300, 24)
    #expect(throws: OptimizerError.self) {
      try optimizer.step(&parameters, gradients: turned, learningRate: 1)
    }
    #expect(OptimizerTests.patterns(parameters) == before)
    #expect(throws: OptimizerError.duplicate("float")) {
      try Optimizer(OptimizerSettings(), for: parameters + [parameters[0]])
    }
  }

  @Test func settingsHaveRanges() {
    for settings in [
      OptimizerSettings(beta1: 1), OptimizerSettings(beta2: -0.1), OptimizerSettings(beta1: .nan),
      OptimizerSettings(epsilon: 0), OptimizerSettings(weightDecay: -1),
      OptimizerSettings(moments: .dynamic8(group: 0)),
    ] {
      #expect(throws: OptimizerError.self) { try Optimizer(settings, for: []) }
    }
  }

  @Test func foreignMomentsAreRefused() throws {
    let parameters = try OptimizerTests.parameters()
    var optimizer = try Optimizer(OptimizerSettings(moments: .dynamic8()), for: parameters)
    let good = optimizer.exportMoments()
    for index in good.indices {
      var missing = good
      missing.remove(at: index)
      #expect(throws: OptimizerError.missing(good[index].name)) {
        try optimizer.importMoments(missing)
      }
      var other = good
      other[index].value = .float32(Matrix(rows: 3, columns: 1) { _, _ in 0.5 })
      #expect(throws: OptimizerError.missing(good[index].name)) {
        try optimizer.importMoments(other)
      }
    }
    var negative = good
    let last = good.indices.last ?? 0
    negative[last].value = .float32(Matrix(rows: 1, columns: 24) { _, _ in -1 })
    #expect(throws: OptimizerError.self) { try optimizer.importMoments(negative) }
    try optimizer.importMoments(good.reversed())
  }
}
