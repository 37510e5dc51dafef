/// The learning rate of each step: a function of the step alone, so that a resumed run follows it.
///
/// It rises linearly to its peak in the first `warmUp` steps, and falls after.
public struct LearningRateSchedule: Sendable, Hashable, Codable {
  /// How the learning rate falls, by name.
  public enum Decay: String, Sendable, Hashable, Codable, CaseIterable {
    /// It does not.
    case constant
    /// Along half a cosine (Loshchilov and Hutter, "SGDR", arXiv 1608.03983).
    case cosine
    /// Along a line.
    case linear
  }

  /// The largest learning rate.
  public var peak: Float
  /// How it falls.
  public var decay: Decay
  /// Steps until the peak.
  public var warmUp: Int
  /// Steps until the end of the fall.
  public var steps: Int
  /// What is left of the peak at the end.
  public var finalFraction: Float

  /// Collects what describes a schedule; steps below zero count as zero.
  ///
  /// - Parameters:
  ///   - peak: The largest learning rate.
  ///   - decay: How it falls from there.
  ///   - warmUp: Steps in which it rises to the peak.
  ///   - steps: Steps until the end of the fall.
  ///   - finalFraction: What is left at the end, in parts of the peak.
  public init(
    peak: Float, decay: Decay = .cosine, warmUp: Int = 0, steps: Int, finalFraction: Float = 0.1
  ) {
    self.peak = peak
    self.decay = decay
    self.warmUp = max(warmUp, 0)
    self.steps = max(steps, 0)
    self.finalFraction = finalFraction
  }

  /// A learning rate that never changes.
  public static func constant(_ rate: Float) -> LearningRateSchedule {
    LearningRateSchedule(peak: rate, decay: .constant, steps: 0, finalFraction: 1)
  }

  /// The learning rate of a step; the first is step 0, and its rate is not zero.
  public func callAsFunction(step: Int) -> Float {
    if step < warmUp { return peak * Float(Double(max(step, 0) + 1) / Double(warmUp)) }
    let fall = max(steps - warmUp, 1)
    let done = min(Double(step - warmUp) / Double(fall), 1)
    let last = Double(finalFraction)
    let fraction =
      switch decay {
      case .constant: 1.0
      case .cosine: last + (1 - last) * 0.5 * (1 + Self.cosine(halfTurns: done))
      case .linear: last + (1 - last) * (1 - done)
      }
    return peak * Float(fraction)
  }

  /// The cosine of 0 to 1 half turns, the same on every system: the Taylor series of a quarter, of
  /// which 12 terms leave an error of 10^−21.
  private static func cosine(halfTurns: Double) -> Double {
    let angle = Double.pi * min(halfTurns, 1 - halfTurns)
    var (term, sum) = (1.0, 1.0)
    for index in 1...12 {
      term *= -angle * angle / Double((2 * index - 1) * 2 * index)
      sum += term
    }
    return halfTurns <= 0.5 ? sum : -sum
  }
}
