/// A row as the objectives read it.
struct LawPoint {
  /// ln N and ln D.
  let parameters, tokens: Double
  /// Bits in training of each part.
  let bits: [Double?]
  /// Bits after training; 0 if there are none.
  let postBits: Double
  let loss: Double
  /// The loss of the same model before rounding, as measured.
  var unrounded: Double?
  /// Which training run it is of.
  let cluster: Int

  init(_ row: LawRow, cluster: Int) {
    (parameters, tokens) = (row.parameters.logarithm, row.tokens.logarithm)
    bits = row.precision.named.map(\.bits)
    (postBits, loss, self.cluster) = (row.postBits ?? 0, row.loss, cluster)
  }

  var isFloat: Bool { bits.allSatisfy { $0 == nil } }
}

/// Middles of logarithms and bits: constants at the middle of the rows depend on each other less than
/// those at 1.
struct LawCentre {
  let parameters, tokens, postBits: Double
  let bits: [Double]

  init(_ points: [LawPoint]) {
    func mean(_ values: [Double]) -> Double {
      values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
    parameters = mean(points.map(\.parameters))
    tokens = mean(points.map(\.tokens))
    postBits = mean(points.map(\.postBits).filter { $0 > 0 })
    // Where a factor bends: nearer the fewest bits than the most.
    bits = (0..<3).map { part in
      let bits = points.compactMap { $0.bits[part] }
      return ((bits.min() ?? 0) + mean(bits)) / 2
    }
  }
}
