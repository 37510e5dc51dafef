public import AffineLayers
public import AffineQuant

extension Tape {
  /// Attention of several heads; rows are tokens, sequence after sequence.
  ///
  /// Saves a logarithm for each row and head instead of weights, and computes the weights again
  /// (arXiv 2307.08691).
  ///
  /// - Parameters:
  ///   - q: `m × (heads · size)`.
  ///   - k: `m × (keyValueHeads · size)`.
  ///   - v: As `k`.
  ///   - heads: Heads of `q`.
  ///   - keyValueHeads: Heads of `k` and `v`, which neighbouring heads of `q` share.
  ///   - lengths: Rows of each sequence; `m` together.
  ///   - rule: What becomes of scores before the softmax; `nil`: they are scaled by 1 / √size.
  ///   - isCausal: Whether a row sees its sequence up to itself, or all of it; then the rule has no window.
  ///   - precision: What products are multiplied as.
  /// - Returns: `m × (heads · size)` values.
  /// - Throws: ``TrainingError``: where layers exchange codes, a gradient that is not finite.
  public func attention(
    _ q: Variable, _ k: Variable, _ v: Variable, heads: Int, keyValueHeads: Int, lengths: [Int],
    _ rule: ScoreRule? = nil, isCausal: Bool = true, precision: Precision = .float32
  ) throws(TrainingError) -> Variable {
    try checkHeads(q, heads, lengths, "attention")
    try checkHeads(k, keyValueHeads, lengths, "attention")
    try checkEqual(k.shape, v.shape, "attention")
    try check(
      heads.isMultiple(of: keyValueHeads)
        && q.shape.columns / heads == k.shape.columns / keyValueHeads, "attention",
      .mismatchedExtent(
        axis: "heads' columns", lhs: q.shape.columns / heads,
        rhs: k.shape.columns / keyValueHeads))
    try check(
      isCausal || rule?.window == nil, "attention",
      .outOfRange(axis: "window without an order", index: rule?.window ?? 0, extent: 0))
    var execution = execution
    execution.precision = precision
    let attention = Attention(
      heads: heads, keyValueHeads: keyValueHeads, lengths: lengths, isCausal: isCausal,
      rule: rule)
    let result = attention(
      q.value.floats(on: execution), k.value.floats(on: execution), v.value.floats(on: execution),
      on: execution)
    return record(
      .float32(result.output), from: [q, k, v],
      saving: [q.value, k.value, v.value, .float32(result.output), .float32(result.logSums)]
    ) { [unowned self, execution] gradient, saved throws(TrainingError) in
      let parts = attention.gradients(
        saved[0].floats(on: execution), saved[1].floats(on: execution),
        saved[2].floats(on: execution), output: saved[3].floats(), logSums: saved[4].floats(),
        gradient.floats(on: execution), on: execution)
      var gradients: [StoredMatrix?] = []
      for part in [parts.q, parts.k, parts.v] {
        gradients.append(try self.flowingBack(part, "gradient of attention"))
      }
      return gradients
    }
  }

  /// Rotary positions: turns pairs of columns of each head by angles that grow with the row's place in
  /// its sequence (arXiv 2104.09864), halves apart as in Llama.
  ///
  /// - Parameters:
  ///   - x: Rows of tokens, `heads` heads side by side.
  ///   - heads: How many heads a row has.
  ///   - lengths: Tokens of each sequence; they add up to the rows.
  ///   - rule: The angles, and how many columns of a head turn.
  /// - Returns: As many rows and columns.
  /// - Throws: ``TrainingError/shape(tensor:_:)``: columns or divisors that are not those of heads, lengths that are
  ///   not those of sequences.
  public func rotary(
    _ x: Variable, heads: Int, lengths: [Int], _ rule: RotaryRule
  ) throws(TrainingError) -> Variable {
    try checkHeads(x, heads, lengths, "rotary positions")
    let size = x.shape.columns / heads
    try check(
      rule.columns.isMultiple(of: 2) && (0...size).contains(rule.columns)
        && [0, rule.columns / 2].contains(rule.divisors.count), "rotary positions",
      .misaligned(axis: "columns", position: rule.columns, block: 2))
    let (execution, table) = (execution, rotaryTable)
    func turns(inverse: Bool) -> Matrix<Float> {
      let turns = table.turns(rule, count: lengths.max() ?? 0, inverse: inverse)
      // Rows of equal sequences take them in turn.
      guard Set(lengths).count > 1 else { return turns }
      return Embedding.gather(turns, rows: lengths.flatMap { 0..<$0 }, on: execution)
    }
    func turned(_ matrix: StoredMatrix, inverse: Bool) -> Matrix<Float> {
      Rotary.rotate(
        matrix.floats(on: execution), heads: heads, size: size,
        turns: turns(inverse: inverse), on: execution)
    }
    return record(.float32(turned(x.value, inverse: false)), from: [x], saving: []) {
      [unowned self] gradient, _ throws(TrainingError) in
      [try self.flowingBack(turned(gradient, inverse: true), "gradient of rotary positions")]
    }
  }
}
