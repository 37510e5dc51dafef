internal import AffineQuant

extension StoredMatrix {
  /// Some outputs of a linear layer: rows of a weight, columns of a bias.
  ///
  /// A range beyond those that there are is cut off; who asks finds another shape.
  package func rows(_ range: Range<Int>, of tensor: DecoderTensor) throws -> StoredMatrix {
    let count = if case .bias = tensor { shape.columns } else { shape.rows }
    if case (.weight, .codes(let codes)) = (tensor, self) {
      return .codes(try codes.rows(range.clamped(to: 0..<count)))
    }
    return try rows(inOrder: Array(range.clamped(to: 0..<count)), of: tensor)
  }

  /// The outputs of a linear layer in the order of their numbers: rows of a weight, columns of a bias.
  package func rows(inOrder numbers: [Int], of tensor: DecoderTensor) throws -> StoredMatrix {
    switch (tensor, self) {
    case (.bias, _):
      let bias = floats()
      return .float32(
        Matrix(rows: bias.shape.rows, columns: numbers.count) { bias[$0, numbers[$1]] })
    case (.weight, .codes(let codes)): return .codes(try codes.rows(inOrder: numbers))
    case (.weight, _):
      return .float32(Embedding.gather(floats(), rows: numbers, on: .threads(1)))
    }
  }
}
