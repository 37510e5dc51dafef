public import AffineQuant

/// Raises the bits of a product once the noise of its rounding drowns the gradient.
///
/// Every so many steps it compares the averaged gradient with the error of quantizing the present one:
/// r = ‖average‖ / ‖Q(g) − g‖. The average, since the noise of the batch would hide how the signal
/// falls. Below √3, where training in few bits has been seen to stop, it goes to the next higher
/// precision; to the lower one only if r would be above 3 there, so that it does not swing between two.
///
/// The threshold is from Chmiel et al., "FP4 All the Way" (arXiv 2505.19115); the rest is a proposal.
public struct NoiseSwitch: Sendable, Equatable {
  /// The product that it watches, for the log.
  public let role: String
  /// The precisions there are, in rising bits.
  public let ladder: [Int]
  /// When it looks and what it makes of it.
  public let settings: Settings
  /// Which precision of the ladder holds.
  public internal(set) var level: Int
  /// The switches so far, oldest first.
  public internal(set) var log: [Switch] = []
  /// The averaged gradient, of the shape of the last that was observed; `nil`: none was.
  public internal(set) var average: Matrix<Float>?
  /// Checks in a row that asked for more bits, and for fewer.
  var rising = 0, falling = 0

  /// One change of precision.
  public struct Switch: Sendable, Hashable, Codable {
    /// The step of the check that decided.
    public let step: Int
    /// The product.
    public let role: String
    /// Signal over noise as that check found it, at the precision that was too low or would do.
    public let ratio: Double
    /// The bits before and after.
    public let from, to: Int
  }

  /// Watches a product.
  ///
  /// - Parameters:
  ///   - role: The product, for the log.
  ///   - ladder: Bits in rising order; the first holds at the start.
  ///   - settings: When it looks and what it makes of it.
  /// - Throws: ``PrecisionError``.
  public init(
    role: String, ladder: [Int], settings: Settings = Settings()
  ) throws(PrecisionError) {
    guard let first = ladder.first, first >= 1, zip(ladder, ladder.dropFirst()).allSatisfy(<)
    else { throw .ladder(ladder) }
    try settings.validate()
    self.role = role
    self.ladder = ladder
    self.settings = settings
    level = 0
  }

  /// The bits that hold.
  public var bits: Int { ladder[level] }
}
