internal import AffineLayers
public import AffineQuant

/// One number that says what a model is worth, to compare it with its quantized form.
public struct ModelJudge<Model: QuantizableModel>: Sendable {
  /// What is measured.
  public let name: String
  private let measure: @Sendable (Model, Execution) throws -> Double

  /// Names a measurement; what it throws, judging throws.
  ///
  /// - Parameters:
  ///   - name: What is measured, for reports.
  ///   - measure: The number of a model.
  public init(
    _ name: String, _ measure: @escaping @Sendable (Model, Execution) throws -> Double
  ) {
    self.name = name
    self.measure = measure
  }

  /// The number of a model.
  ///
  /// - Throws: What the measurement throws.
  public func callAsFunction(_ model: Model, on execution: Execution = .standard) throws -> Double {
    try measure(model, execution)
  }

  /// The perplexity of a text: e to the mean negative log-likelihood of each token after those before it
  /// in its window; the first token of a window is given.
  ///
  /// - Parameters:
  ///   - tokens: The text; a last token without another before it in its window does not count.
  ///   - window: Tokens that the model reads at once, at least 2.
  /// - Returns: A judge whose number is lower for better models.
  public static func perplexity(of tokens: [Int], window: Int = 512) -> ModelJudge {
    ModelJudge("perplexity") { model, execution in
      var (sum, count) = (0.0, 0)
      for start in stride(from: 0, to: tokens.count, by: max(window, 2)) {
        let part = Array(tokens[start..<min(start + max(window, 2), tokens.count)])
        guard part.count > 1 else { continue }
        let logits = try model.run(part, on: execution) { _, _ in }
        let losses = Softmax.losses(
          Embedding.gather(logits, rows: Array(0..<part.count - 1), on: execution),
          targets: Array(part[1...]), on: execution)
        sum += losses.reduce(0, +)
        count += part.count - 1
      }
      return FloatFunctions.exponential(sum / Double(max(count, 1)))
    }
  }

  /// The mean cosine between the mean hidden state of each sequence and another model's.
  ///
  /// - Parameters:
  ///   - reference: The model to compare with; its own mean cosine is 1.
  ///   - sequences: Tokens.
  /// - Returns: A judge whose number is 1 at best.
  public static func meanCosine(to reference: Model, on sequences: [[Int]]) -> ModelJudge {
    ModelJudge("mean cosine") { model, execution in
      var sum = 0.0
      for tokens in sequences {
        let states = try [model, reference].map { model in
          try model.run(tokens, on: execution) { _, _ in }.columnMeans(on: execution)
        }
        let products = zip(states[0], states[1]).reduce(0) { $0 + $1.0 * $1.1 }
        let norms = states.map { $0.reduce(0) { $0 + $1 * $1 } }
        sum += products / (norms[0] * norms[1]).squareRoot()
      }
      return sum / Double(sequences.count)
    }
  }
}

extension Matrix<Float> {
  fileprivate func columnMeans(on execution: Execution) -> [Double] {
    let sums = Elementwise.columnSums(self, on: execution)
    return sums.values.array.map { Double($0) / Double(max(shape.rows, 1)) }
  }
}
