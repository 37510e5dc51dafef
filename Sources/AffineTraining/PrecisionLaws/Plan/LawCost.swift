/// What training costs.
public enum LawCost: Sendable, Hashable {
  /// A way of training whose time was measured.
  public struct Recipe: Sendable, Hashable {
    /// As it stands in a table.
    public let name: String
    /// The bits that the law knows it by.
    public let precision: LawPrecision
    /// Seconds for one parameter and one token.
    public let seconds: Double

    /// Collects what was measured.
    public init(name: String, precision: LawPrecision, seconds: Double) {
      (self.name, self.precision, self.seconds) = (name, precision, seconds)
    }
  }

  /// 6/16 · N · D · P operations, the same bits in all parts: cost falls with bits, and 16 bits cost
  /// 6 · N · D (arXiv 2411.04330).
  case bits
  /// Seconds on a machine, which does not follow bits: each recipe costs what it costs.
  case measured([Recipe])
}
