public import AffineLayers
public import AffineQuant

/// A named matrix that training changes.
public struct Parameter: Sendable {
  /// As it stands in checkpoints and errors: `blocks.0.attention.query.weight`.
  public let name: String
  /// What it holds.
  public var value: StoredMatrix
  /// Whether an update between two representable values rounds at random rather than to the nearest;
  /// float32 does not round.
  public var roundsStochastically = true
  /// Whether weight decay applies.
  public var decays = true
  /// What its learning rate is multiplied by; 0: it is frozen.
  public var learningRateFactor: Float = 1

  /// How its moments are kept; nil: as ``OptimizerSettings/moments`` says.
  public var moments: MomentFormat?

  /// Names a value.
  public init(_ name: String, _ value: StoredMatrix) {
    self.name = name
    self.value = value
  }

  /// Whether nothing trains it: it has neither gradient nor moments.
  public var isFrozen: Bool { learningRateFactor == 0 }

  /// The rows and columns.
  public var shape: Shape { value.shape }
}
