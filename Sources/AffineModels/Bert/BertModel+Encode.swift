internal import AffineLayers
public import AffineQuant

extension BertModel {
  /// The rows of a batch that go through the layers together: enough for the products, few enough that
  /// what the layers pass on stays in a cache.
  private static let rowsAtOnce = 512

  /// One embedding for each sequence of tokens: the mean of its last hidden states, of length 1 if the
  /// configuration says so.
  ///
  /// Sequences may differ in length; nothing is computed for padding, and a sequence's embedding does
  /// not depend on the others, bit for bit.
  ///
  /// - Parameters:
  ///   - sequences: Tokens, with those that mark the ends.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: Sequences × width.
  /// - Throws: ``BertError``: a sequence that is empty or too long, a token that is not there.
  public func embeddings(
    of sequences: [[Int]], on execution: Execution = .standard
  ) throws(BertError) -> Matrix<Float> {
    var rows: [Float] = []
    var batch: [[Int]] = []
    var count = 0
    for (index, sequence) in sequences.enumerated() {
      batch.append(sequence)
      count += sequence.count
      let isLast = index + 1 == sequences.count
      guard isLast || count + sequences[index + 1].count > Self.rowsAtOnce else { continue }
      rows += try pooled(batch, first: index + 1 - batch.count, execution).values.array
      (batch, count) = ([], 0)
    }
    return Matrix(validated: Shape(sequences.count, configuration.encoder.width), Buffer(rows))
  }

  private func pooled(
    _ sequences: [[Int]], first: Int, _ execution: Execution
  ) throws(BertError) -> Matrix<Float> {
    try check(sequences, first: first)
    let hidden = try forward(sequences, on: execution)
    let owners = sequences.indices.flatMap { index in
      Array(repeating: index, count: sequences[index].count)
    }
    let sums = Embedding.scatterGradient(
      hidden, rows: owners, tableRows: sequences.count, on: execution)
    let factors = sequences.indices.map { index in
      let mean = 1 / Double(sequences[index].count)
      guard configuration.normalizes else { return Float(mean) }
      let squares = (0..<configuration.encoder.width).reduce(0.0) { total, column in
        let value = Double(sums[index, column]) * mean
        return total + value * value
      }
      return Float(mean / max(squares.squareRoot(), Self.smallestLength))
    }
    return Elementwise.scaleRows(sums, by: factors, on: execution)
  }

  /// What a length counts as at least, as in the reference.
  private static let smallestLength = 1e-12

  func check(_ sequences: [[Int]], first: Int) throws(BertError) {
    for (index, sequence) in sequences.enumerated() {
      guard !sequence.isEmpty else { throw .noTokens(sequence: first + index) }
      guard sequence.count <= configuration.encoder.context else {
        throw .tooManyTokens(sequence.count, positions: configuration.encoder.context)
      }
      for token in sequence where !(0..<configuration.encoder.vocabulary).contains(token) {
        throw .unknownToken(token, vocabulary: configuration.encoder.vocabulary)
      }
    }
  }

  /// The last hidden states of sequences that follow each other, a row a token.
  func forward(
    _ sequences: [[Int]], on execution: Execution
  ) throws(BertError) -> Matrix<Float> {
    do { return try encoder.states(of: sequences, on: execution) } catch {
      if let error = inNamesOfFiles(error) as? BertError { throw error }
      preconditionFailure("tokens that were not checked: \(error)")
    }
  }

  /// An error of a linear layer under the name that files have for it.
  func inNamesOfFiles(_ error: any Error) -> any Error {
    guard case DecoderError.quantization(let linear, let error) = error else { return error }
    return BertError.layer(name: namesInFiles[linear] ?? linear, error)
  }

  /// What files call the linear layers.
  var namesInFiles: [String: String] {
    Dictionary(
      uniqueKeysWithValues: encoder.linearLayers.map {
        ($0.name, names.module($0))
      })
  }
}
