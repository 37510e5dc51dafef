internal import AffineQuant

extension CachePass {
  func normalize(_ heads: inout Heads, _ block: Int) {
    let size = configuration.headSize
    let norms = model.blocks[block].norms
    guard let epsilon = norms[.query]?.epsilon, let weights = norms.headWeights else {
      preconditionFailure("heads of block \(block) have no norms")
    }
    let shape = heads.joined.shape
    // Heads lie one after another; those of values are normalized too, and nobody reads them.
    let rows = Matrix(
      validated: Shape(shape.count / size, size), heads.joined.values)
    let normal = RowNorm.rootMeanSquare(rows, weight: nil, epsilon: epsilon, on: execution).output
    heads.turned = Elementwise.scaleColumns(
      Matrix(validated: shape, normal.values), by: weights, on: execution)
  }

  mutating func turn(_ heads: inout Heads, by rule: RotaryRule) {
    let turns: Matrix<Float>
    if let known = self.turns.first(where: { $0.rule == rule }) {
      turns = known.turns
    } else {
      turns = Rotary.turns(positions: positions, rule)
      self.turns.append((rule, turns))
    }
    // Queries and keys lie side by side.
    heads.turned = Rotary.rotate(
      heads.turned, heads: configuration.heads + configuration.keyValueHeads,
      size: configuration.headSize, turns: turns, on: execution)
  }

  mutating func attend(_ heads: consuming Heads, _ block: Int) -> Matrix<Float> {
    guard configuration.encoder == nil else { return attendToAll(heads, block) }
    let width = configuration.queryWidth
    var end = 0
    for (text, count) in counts.enumerated() {
      caches[text].layers[block].append(
        keys: heads.turned, column: width, values: heads.joined,
        column: width + configuration.keyWidth, rows: end..<end + count, on: execution)
      end += count
    }
    let isLast = block == configuration.blocks.count - 1 && wanted == .last
    if isLast { heads.turned = lastRows(of: heads.turned) }
    let queries = counts.indices.map { text in
      (cache: caches[text].layers[block], rows: isLast ? min(counts[text], 1) : counts[text])
    }
    return AttentionCache.attend(
      queries, heads.turned, heads: configuration.heads, configuration.scoreRule(block),
      on: execution)
  }

  /// An encoder's rows see their whole sequences.
  private func attendToAll(_ heads: Heads, _ block: Int) -> Matrix<Float> {
    Attention(
      heads: configuration.heads, keyValueHeads: configuration.keyValueHeads, lengths: counts,
      isCausal: false, rule: configuration.scoreRule(block)
    ).output(ofJoined: heads.joined, turned: heads.turned, on: execution)
  }
}
