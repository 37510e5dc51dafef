import AffineLayers
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

@Suite struct AttentionGradientTests {
  /// Heads, heads of keys and values, size of a head, rows of a sequence, sequences.
  struct Case: Sendable { let heads, shared, size, sequence, count: Int }

  static let cases = [
    Case(heads: 1, shared: 1, size: 1, sequence: 1, count: 2),
    Case(heads: 2, shared: 2, size: 3, sequence: 5, count: 1),
    Case(heads: 4, shared: 2, size: 2, sequence: 3, count: 2),
    Case(heads: 3, shared: 1, size: 5, sequence: 4, count: 1),
  ]

  /// Of values up to 1 a score is at most √size. Its roundings, and that of the logarithm of the sum,
  /// come into a weight as their part of 1. Then 3 roundings of the exponential, a sum over the
  /// sequence for the weights, one for the values, and backward sums over a head, over the sequence
  /// and over the heads that share.
  @Test(arguments: [1, 2, 3] as [UInt64], cases) func causal(seed: UInt64, one: Case) throws {
    let (rows, largest) = (one.sequence * one.count, Double(one.size).squareRoot())
    let inputs = [
      Numbers.uniform(rows, one.heads * one.size, seed: seed),
      Numbers.uniform(rows, one.shared * one.size, seed: seed + 10),
      Numbers.uniform(rows, one.shared * one.size, seed: seed + 20),
    ]
    let scores = Double(one.size + 2) * largest + largest + log(Double(one.sequence))
    let sums = 3 * one.sequence + 2 * one.size + one.heads / one.shared
    let check = LayerCheck(
      inputs: inputs, roundings: Int(scores.rounded(.up)) + sums + 8,
      definition: {
        DoubleLayers.attention(
          $0[0], $0[1], $0[2], heads: one.heads, keyValueHeads: one.shared, sequence: one.sequence)
      },
      layer: {
        try $0.attention(
          $1[0], $1[1], $1[2], heads: one.heads, keyValueHeads: one.shared,
          lengths: Array(repeating: one.sequence, count: one.count))
      })
    try check(seed: seed)
  }

  /// As above with fewer rows and smaller scores; a cap adds two roundings forward, and four backward.
  @Test(
    arguments: [1, 2] as [UInt64],
    [
      ScoreRule(size: 2, scale: 0.4), ScoreRule(size: 2, window: 3), ScoreRule(size: 2, cap: 0.7),
      ScoreRule(size: 2, scale: 0.9, cap: 0.5, window: 2),
    ])
  func otherScores(seed: UInt64, rule: ScoreRule) throws {
    let inputs = [
      Numbers.uniform(10, 8, seed: seed), Numbers.uniform(10, 4, seed: seed + 10),
      Numbers.uniform(10, 4, seed: seed + 20),
    ]
    let scores = Double(2 + 2) * 2 + 2 + log(5)
    let check = LayerCheck(
      inputs: inputs, roundings: Int(scores.rounded(.up)) + 3 * 5 + 2 * 2 + 2 + 8 + 6,
      definition: {
        DoubleLayers.attention(
          $0[0], $0[1], $0[2], heads: 4, keyValueHeads: 2, sequence: 5, scale: Double(rule.scale),
          cap: rule.cap.map(Double.init), window: rule.window)
      },
      layer: {
        try $0.attention(
          $1[0], $1[1], $1[2], heads: 4, keyValueHeads: 2, lengths: [5, 5], rule)
      })
    try check(seed: seed)
  }

  /// A sine or cosine, a product and a sum; a magnitude, and columns that stay.
  @Test(arguments: [1, 2, 3] as [UInt64]) func otherTurns(seed: UInt64) throws {
    let rule = RotaryRule(base: 100, columns: 4, divisors: [2, 3], magnitude: 1.2)
    let check = LayerCheck(
      inputs: [Numbers.normal(6, 12, seed: seed)], roundings: 3,
      definition: {
        DoubleLayers.rotary(
          $0[0], heads: 2, sequence: 3, base: 100, turning: 4, divisors: [2, 3], magnitude: 1.2)
      },
      layer: { try $0.rotary($1[0], heads: 2, lengths: [3, 3], rule) })
    try check(seed: seed)
  }

  /// A sine or cosine, a product and a sum.
  @Test(arguments: [1, 2, 3] as [UInt64], [(1, 2, 3), (2, 4, 5), (3, 6, 2)])
  func rotary(seed: UInt64, one: (heads: Int, size: Int, sequence: Int)) throws {
    let check = LayerCheck(
      inputs: [Numbers.normal(2 * one.sequence, one.heads * one.size, seed: seed)], roundings: 3,
      definition: {
        DoubleLayers.rotary($0[0], heads: one.heads, sequence: one.sequence, base: 100)
      },
      layer: {
        try $0.rotary(
          $1[0], heads: one.heads, lengths: [one.sequence, one.sequence],
          RotaryRule(base: 100, columns: one.size))
      })
    try check(seed: seed)
  }
}
