internal import AffineLayers
internal import AffineQuant

/// The turns of a step's positions, which all layers of a rule share.
final class RotaryTable {
  private struct Key: Hashable {
    let rule: RotaryRule
    let count: Int
    let isInverse: Bool
  }

  private var known: [Key: Matrix<Float>] = [:]

  /// A row for each position from 0.
  func turns(_ rule: RotaryRule, count: Int, inverse: Bool) -> Matrix<Float> {
    let key = Key(rule: rule, count: count, isInverse: inverse)
    if let turns = known[key] { return turns }
    let turns = Rotary.turns(positions: Array(0..<count), rule, inverse: inverse)
    known[key] = turns
    return turns
  }
}
