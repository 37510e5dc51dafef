public import AffineLayers
public import AffineQuant

/// A named matrix that training changes.
public struct Parameter: Sendable {
  /// As it stands in checkpoints and errors: `blocks.0.attention.query.weight`.
  public let name: String
  /// What it holds, in its ``shape``; 0 × 0, where another rank keeps it.
  public var value: StoredMatrix
  /// The rows and columns of one that another rank keeps.
  private var shapeElsewhere: Shape?
  /// Whether an update between two representable values rounds at random rather than to the nearest;
  /// float32 does not round.
  public var roundsStochastically = true
  /// Whether weight decay applies.
  public var decays = true
  /// What its learning rate is multiplied by; 0: it is frozen.
  public var learningRateFactor: Float = 1

  /// How its moments are kept; nil: as ``OptimizerSettings/moments`` says.
  public var moments: MomentFormat?

  /// Names a value of any shape.
  public init(_ name: String, _ value: StoredMatrix) {
    self.name = name
    self.value = value
  }

  /// Names one that another rank keeps.
  init(_ name: String, elsewhere shape: Shape) {
    self.name = name
    value = Self.nothing
    shapeElsewhere = shape
  }

  private static var nothing: StoredMatrix { .float32(Matrix(rows: 0, columns: 0) { _, _ in 0 }) }

  /// Whether nothing trains it: it has neither gradient nor moments.
  public var isFrozen: Bool { learningRateFactor == 0 }

  /// The rows and columns.
  public var shape: Shape { shapeElsewhere ?? value.shape }

  /// Whether another rank keeps it.
  var isElsewhere: Bool { shapeElsewhere != nil }

  /// Leaves it to another rank.
  mutating func giveAway() {
    shapeElsewhere = shape
    value = Self.nothing
  }

  /// Takes it back.
  mutating func takeBack(_ value: StoredMatrix) {
    shapeElsewhere = nil
    self.value = value
  }
}
