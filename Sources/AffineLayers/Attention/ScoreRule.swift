internal import AffineQuant

/// What becomes of products of queries and keys before the softmax.
public struct ScoreRule: Sendable, Hashable {
  /// What they are multiplied by.
  public var scale: Float
  /// They end at `cap · tanh(x / cap)`; none: nowhere.
  public var cap: Float?
  /// Tokens back that a token sees, itself with them; none: all.
  public var window: Int?

  /// A rule; the scale is 1 / √size, if no other is given.
  ///
  /// - Parameters:
  ///   - size: Columns of a head.
  ///   - scale: What products are multiplied by; `nil`: 1 / √size.
  ///   - cap: Scores end at `cap · tanh(x / cap)`; `nil`: nowhere.
  ///   - window: Tokens back that a token sees, itself with them; `nil`: all.
  public init(size: Int, scale: Float? = nil, cap: Float? = nil, window: Int? = nil) {
    self.scale = scale ?? 1 / Float(size).squareRoot()
    self.cap = cap
    self.window = window
  }

  /// What the kernels multiply scores by, which capped ones have been already.
  var kernelScale: Float { cap == nil ? scale : 1 }

  /// The first token that a token sees.
  func firstSeen(by token: Int) -> Int { window.map { max(0, token + 1 - $0) } ?? 0 }

  /// Caps the scores of a row of products, and hides the first of them.
  func prepare(_ row: UnsafeMutablePointer<Float>, count: Int, hidden: Int) {
    if let cap {
      for index in 0..<count {
        unsafe row[index] = FloatFunctions.capped(row[index] * scale, cap)
      }
    }
    for index in 0..<min(hidden, count) { unsafe row[index] = -.infinity }
  }
}

extension DecoderConfiguration {
  /// What becomes of the scores of a block's attention.
  package func scoreRule(_ block: Int) -> ScoreRule {
    ScoreRule(
      size: headSize, scale: attentionScale, cap: attentionCap, window: blocks[block].window)
  }
}
