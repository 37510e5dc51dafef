/// How a law is fitted.
public struct LawFitSettings: Sendable, Hashable {
  /// Where Huber's loss of a difference of logarithms stops being a square.
  public var huber = 1e-3
  /// Whether α = β, as in the paper; otherwise both are fitted.
  public var isTied = true
  /// Fits to runs drawn with replacement, for the intervals.
  public var replicates = 200
  /// The part of the replicates that lies in an interval.
  public var confidence = 0.9
  /// Fixes which runs are drawn.
  public var seed: UInt64 = 0
  /// Rows rounded to bits outside of these are left out: to very few, an exponential may not hold.
  public var postBits = 3.0...64
  /// Rows trained in fewer bits than these are left out, as the paper leaves out activations and cache
  /// at 3 bits.
  public var leastBits = LawPrecision.float

  /// Rows that say so many bits or more of a part mean that it is not quantized: tables of measurements
  /// often write 16 or 32 there.
  public var fullBits = 16.0

  /// Where the search of float training starts, in place of a grid.
  package var start: Start?

  /// Part of the least loss that is the floor, and exponents.
  package struct Start: Sendable, Hashable {
    let floor, alpha, beta: Double

    package init(floor: Double, alpha: Double, beta: Double) {
      (self.floor, self.alpha, self.beta) = (floor, alpha, beta)
    }
  }

  /// The usual values.
  public init() {}

  /// A row as it is fitted: parts of ``fullBits`` or more are not quantized.
  public func counted(_ row: LawRow) -> LawRow {
    func counted(_ bits: Double?) -> Double? { bits.flatMap { $0 < fullBits ? $0 : nil } }
    var row = row
    row.precision = LawPrecision(
      weightBits: counted(row.precision.weightBits),
      activationBits: counted(row.precision.activationBits),
      cacheBits: counted(row.precision.cacheBits))
    row.postBits = counted(row.postBits)
    return row
  }

  /// Why a row is left out.
  ///
  /// - Parameter row: A measured loss.
  /// - Returns: `nil` if it is fitted.
  public func reason(against row: LawRow) -> String? {
    for (part, least) in zip(row.precision.named, leastBits.named) {
      guard let bits = part.bits, let least = least.bits, bits < least else { continue }
      return "trained in \(bits) \(part.name), and the fit is asked for \(least) and more"
    }
    guard let rounded = row.postBits else { return nil }
    guard postBits.contains(rounded) else {
      return "rounded to \(rounded) bits after training, and the fit is asked for "
        + "\(postBits.lowerBound) to \(postBits.upperBound)"
    }
    let isRobust = row.precision.named.contains { $0.bits.map { $0 <= rounded } ?? false }
    return isRobust
      ? "rounded to as many bits as some part was trained in, or more: "
        + "the law adds 0 there by definition" : nil
  }

  /// Refuses what is no way to fit.
  ///
  /// - Throws: ``LawError/invalid(_:_:_:)``.
  func validate() throws(LawError) {
    try PrecisionLaw.check("the bits of full precision", fullBits, 1...1e3)
    try PrecisionLaw.check("huber", huber, 1e-9...1e3)
    try PrecisionLaw.check("replicates", Double(replicates), 0...100_000)
    try PrecisionLaw.check("confidence", confidence, 0.01...0.999)
  }
}
