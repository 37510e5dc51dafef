import AffineLayers
import AffineQuant
import AffineTraining
import Testing

/// What a caller can pass never stops the process: every operation refuses what it cannot take.
struct TapeShapeTests {
  private let tape = Tape()

  private func variable(_ rows: Int, _ columns: Int) -> Variable {
    tape.input(.float32(Matrix(rows: rows, columns: columns) { Float($0 + $1) }))
  }

  @Test func operationsRefuseOtherExtents() {
    let x = variable(4, 6)
    let refused: [() throws -> Void] = [
      { _ = try tape.add(x, variable(4, 5)) },
      { _ = try tape.swiglu(gate: x, up: variable(3, 6)) },
      { _ = try tape.norm(.layer, x, weight: variable(1, 5)) },
      { _ = try tape.norm(.layer, x, weight: variable(1, 6), bias: variable(2, 6)) },
      { _ = try tape.norm(.rms, x, weight: variable(6, 1)) },
      { _ = try tape.norm(.rms, x, bias: variable(1, 6)) },
      { _ = try tape.norm(.range, x, weight: variable(1, 7)) },
      { _ = try tape.linear(x, variable(2, 5)) },
      { _ = try tape.attention(x, x, x, heads: 4, keyValueHeads: 2, lengths: [2, 2]) },
      { _ = try tape.attention(x, x, x, heads: 2, keyValueHeads: 2, lengths: [3]) },
      { _ = try tape.attention(x, x, x, heads: 2, keyValueHeads: 0, lengths: [2, 2]) },
      {
        _ = try tape.attention(
          x, x, variable(4, 2), heads: 2, keyValueHeads: 2, lengths: [2, 2])
      },
      { _ = try tape.attention(x, x, x, heads: 3, keyValueHeads: 2, lengths: [2, 2]) },
      { _ = try tape.attention(x, x, x, heads: 2, keyValueHeads: 2, lengths: [5, -1]) },
      { _ = try tape.attention(x, x, x, heads: 2, keyValueHeads: 2, lengths: [.max, .max]) },
      { _ = try tape.attention(x, x, x, heads: 2, keyValueHeads: 2, lengths: [4, 0]) },
      { _ = try tape.rotary(x, heads: 2, lengths: [2, 3], RotaryRule(base: 10, columns: 2)) },
      { _ = try tape.rotary(x, heads: 2, lengths: [4], RotaryRule(base: 10, columns: 3)) },
      { _ = try tape.rotary(x, heads: 0, lengths: [4], RotaryRule(base: 10, columns: 2)) },
      { _ = try tape.embedding(x, [0, 4]) },
      { _ = try tape.embedding(x, [-1]) },
      { _ = try tape.crossEntropy(x, head: variable(4, 5), targets: [0, 1, 2, 3]) },
      { _ = try tape.crossEntropy(x, head: x, targets: [0, 1, 2]) },
      { _ = try tape.crossEntropy(x, head: x, targets: [0, 1, 2, 4]) },
      { _ = try tape.crossEntropy(x, head: x, targets: [0, 1, 2, -2]) },
    ]
    for (index, operation) in refused.enumerated() {
      #expect(throws: TrainingError.self, "operation \(index)") { try operation() }
    }
  }

  @Test(arguments: [-0.1, 1, .nan, .infinity] as [Float])
  func dropoutRefusesWhatIsNoProbability(probability: Float) {
    #expect(throws: TrainingError.self) {
      try tape.dropout(variable(2, 2), probability: probability)
    }
  }
}
