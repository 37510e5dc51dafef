import AffineQuant

/// The embeddings of some texts, and what they took.
struct EmbeddingReport: Encodable {
  let model, weights, activations: String
  let texts: [String]
  /// Of all texts, with those around each.
  let tokens: Int
  let tokenCounts: [Int]
  /// Of the encoder, for all texts together.
  let seconds: Double
  let peakResidentBytes: Int
  let embeddings: [[Float]]

  init(
    model: String, weights: [String], activations: [String], texts: [String], tokenCounts: [Int],
    seconds: Double, _ embeddings: Matrix<Float>
  ) {
    self.model = model
    self.weights = weights.joined(separator: ", ")
    self.activations = activations.joined(separator: ", ")
    self.texts = texts
    self.tokenCounts = tokenCounts
    self.seconds = seconds
    tokens = tokenCounts.reduce(0, +)
    peakResidentBytes = ResidentMemory.peakBytes
    self.embeddings = (0..<embeddings.shape.rows).map { row in
      (0..<embeddings.shape.columns).map { embeddings[row, $0] }
    }
  }

  /// The report for a person: how near every text is to the first one.
  var text: String {
    var table = TextTable(["text", "tokens", "cosine with the first"])
    for (index, text) in texts.enumerated() {
      let short = text.count > 48 ? text.prefix(47) + "…" : text[...]
      table.rows.append([
        short.map { $0.isNewline ? " " : String($0) }.joined(), "\(tokenCounts[index])",
        cosine(embeddings[0], embeddings[index]).short,
      ])
    }
    return """
      \(table.plain)

      \(texts.count) embeddings of \(embeddings.first?.count ?? 0) numbers: \(tokens) tokens in \
      \((1000 * seconds).short) ms, \((Double(tokens) / seconds).short) tokens/s.
      \(weights) weights, \(activations) activations; at most \(ByteCount(peakResidentBytes)) resident.
      """
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (dot, x, y) = (0.0, 0.0, 0.0)
    for (u, v) in zip(a, b) {
      dot += Double(u) * Double(v)
      x += Double(u) * Double(u)
      y += Double(v) * Double(v)
    }
    return dot / (x * y).squareRoot()
  }
}
