extension NoiseSwitch {
  /// When a switch looks and what it makes of it.
  public struct Settings: Sendable, Hashable, Codable {
    /// Below this ratio of signal to noise more bits are wanted.
    public var raiseBelow = 3.0.squareRoot()
    /// Above this ratio fewer bits would do.
    public var lowerAbove = 3.0
    /// So many checks in a row must want the same.
    public var checks = 3
    /// Steps from one check to the next.
    public var interval = 50
    /// Steps from one switch to the next, at least.
    public var distance = 200
    /// What the averaged gradient keeps of itself in a step.
    public var averaging: Float = 0.9

    /// The proposal's.
    public init() {}

    func validate() throws(PrecisionError) {
      guard raiseBelow > 0, raiseBelow.isFinite else {
        throw .setting("raiseBelow", raiseBelow)
      }
      guard lowerAbove >= raiseBelow else { throw .setting("lowerAbove", lowerAbove) }
      guard checks >= 1 else { throw .setting("checks", Double(checks)) }
      guard interval >= 1 else { throw .setting("interval", Double(interval)) }
      guard distance >= 0 else { throw .setting("distance", Double(distance)) }
      guard averaging >= 0, averaging < 1 else {
        throw .setting("averaging", Double(averaging))
      }
    }
  }
}
