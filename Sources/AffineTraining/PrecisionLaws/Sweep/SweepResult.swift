/// What one run of a sweep became.
public struct SweepResult: Sendable, Hashable, Codable {
  /// The loss of the trained model with weights rounded to fewer bits.
  public struct Rounded: Sendable, Hashable, Codable {
    /// How many weights share a scale.
    public enum Granularity: String, Sendable, Hashable, Codable, CaseIterable {
      /// Those of an output channel.
      case row
      /// 32 neighbours of a row.
      case group32
    }

    /// How many weights share a scale.
    public let granularity: Granularity
    /// Bits of a weight.
    public let bits: Int
    /// Nats a token.
    public let loss: Double
  }

  /// What was run.
  public let run: SweepRun
  /// What all runs of the sweep share, and the text, in words: results of another sweep differ in it.
  public let sweep: String
  /// Parameters without embeddings and head.
  public let parameters: Int
  /// Tokens of training.
  public let tokens: Int
  /// Nats a token on the text that training does not see; `nil`: training failed.
  public internal(set) var loss: Double?
  /// Losses after rounding.
  public internal(set) var rounded: [Rounded] = []
  /// Why training failed.
  public internal(set) var failure: String?
  /// Tokens of training in a second.
  public internal(set) var tokensPerSecond = 0.0
}

extension SweepResult {
  /// The loss of the run, and those after rounding with scales of one granularity.
  public func rows(_ granularity: Rounded.Granularity) -> [LawRow] {
    guard let loss else { return [] }
    let precision = LawPrecision(
      weightBits: run.weightBits.map(Double.init),
      activationBits: run.activationBits.map(Double.init), cacheBits: run.cacheBits.map(Double.init)
    )
    func row(_ loss: Double, _ bits: Int? = nil) -> LawRow {
      LawRow(
        parameters: Double(parameters), tokens: Double(tokens), precision: precision,
        postBits: bits.map(Double.init), loss: loss, run: run.name)
    }
    return [row(loss)]
      + rounded.filter { $0.granularity == granularity }.map { row($0.loss, $0.bits) }
  }
}
