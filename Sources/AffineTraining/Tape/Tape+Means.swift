internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// The mean of the rows of each sequence, as embeddings of texts are made of states (Reimers and Gurevych,
  /// arXiv 1908.10084).
  ///
  /// - Parameters:
  ///   - x: `m × k`, sequence after sequence.
  ///   - lengths: Rows of each sequence; `m` together.
  /// - Returns: A row a sequence.
  /// - Throws: ``TrainingError/shape(tensor:_:)``: lengths that are not those of sequences.
  public func means(_ x: Variable, lengths: [Int]) throws(TrainingError) -> Variable {
    try checkHeads(x, 1, lengths, "means of sequences")
    let execution = execution
    let owners = lengths.indices.flatMap { Array(repeating: $0, count: lengths[$0]) }
    let factors = lengths.map { 1 / Float($0) }
    let sums = Embedding.scatterGradient(
      x.value.floats(on: execution), rows: owners, tableRows: lengths.count, on: execution)
    let means = Elementwise.scaleRows(sums, by: factors, on: execution)
    return record(.float32(means), from: [x], saving: []) { gradient, _ in
      let shares = Elementwise.scaleRows(
        gradient.floats(on: execution), by: factors, on: execution)
      return [.float32(Embedding.gather(shares, rows: owners, on: execution))]
    }
  }
}
