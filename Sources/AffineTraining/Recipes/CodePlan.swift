public import AffineQuant

/// How an operand of a product becomes codes.
///
/// A granularity is meant along the axis that the product contracts, so no plan can give a product a
/// scale that varies where it must not.
public struct CodePlan: Sendable, Hashable, Codable {
  /// How many values share a scale.
  public enum Granularity: Sendable, Hashable, Codable {
    /// All of them.
    case tensor
    /// Those that one sum of the product runs over: a row, or a column where rows are contracted.
    case vector
    /// So many neighbours of a vector: local AQT, groups.
    case slices(of: Int)
    /// Square blocks, which transpose with their scales.
    case blocks(Int)
  }

  /// Where scales come from.
  public enum Scale: Sendable, Hashable, Codable {
    /// `max|x| / 127`, codes −127…127; likewise for other widths.
    case largest
    /// `max|x| / 127.5`, codes −127…127: AQT.
    case halfStep
    /// `max|x| / 127.5`, codes −128…127: torchao.
    case fullRange
    /// The range, widened to hold zero, with a whole zero point: torchao.
    case range
    /// The mean of the ranges of 16 parts of the rows, with a whole zero point: Banner.
    case meanRange
    /// The mean magnitude: BitNet.
    case meanMagnitude
    /// A parameter that is trained: LSQ.
    case learned
  }

  /// The type of a code.
  public var storage: CodeFormat
  /// How many values share a scale.
  public var granularity: Granularity
  /// Where scales come from.
  public var scale: Scale
  /// How a value between two codes becomes one of them.
  public enum Rounding: Sendable, Hashable, Codable {
    /// The nearest.
    case nearest
    /// Either, at random and unbiased.
    case stochastic
    /// The one nearer to zero: wrong, and here to show it.
    case towardZero
  }

  /// How a value between two codes becomes one of them.
  public var rounding: Rounding

  /// Collects the choices.
  ///
  /// - Parameters:
  ///   - storage: What codes are.
  ///   - granularity: What shares a scale.
  ///   - scale: How a scale is chosen.
  ///   - rounding: To the nearest code, or at random.
  public init(
    _ storage: CodeFormat = .signed(bits: 8), _ granularity: Granularity = .vector,
    scale: Scale = .largest, rounding: Rounding = .nearest
  ) {
    self.storage = storage
    self.granularity = granularity
    self.scale = scale
    self.rounding = rounding
  }

  /// The same, rounding to the nearest.
  var nearest: CodePlan { CodePlan(storage, granularity, scale: scale) }

  /// The same, rounding at random.
  public var stochastic: CodePlan {
    CodePlan(storage, granularity, scale: scale, rounding: .stochastic)
  }

  /// Whether codes and scales serve the transpose too.
  public var isTransposable: Bool {
    switch granularity {
    case .tensor, .blocks: true
    case .vector, .slices: false
    }
  }

  /// Whether codes along one axis can be made together with codes along the other: each vector has a scale of its own
  /// range, and nothing is drawn at random, which has an order.
  var joinsAxes: Bool {
    guard granularity == .vector, rounding != .stochastic else { return false }
    return switch scale {
    case .largest, .halfStep, .fullRange, .range: true
    case .meanRange, .meanMagnitude, .learned: false
    }
  }

  private var hasZeroPoint: Bool {
    switch scale {
    case .range, .meanRange: true
    default: false
    }
  }

  /// The rule of the scales that are chosen from a block's range, and the codes that it uses.
  var options: QuantizationOptions {
    let largest = storage.codes.upperBound
    return switch scale {
    case .largest: QuantizationOptions(rule: .balanced)
    case .halfStep:
      QuantizationOptions(rule: .symmetricHalfStep, codes: -largest...largest)
    case .fullRange: QuantizationOptions(rule: .symmetric)
    case .range: QuantizationOptions(rule: .asymmetric)
    case .meanRange, .meanMagnitude, .learned: QuantizationOptions()
    }
  }

  /// The type of an operand, by the axis that is contracted.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a storage that has no such mapping.
  func type(contracting axis: ContractedAxis) throws(QuantizationError) -> QuantizedType {
    let block =
      switch granularity {
      case .tensor: Block(rows: Block.whole, columns: Block.whole)
      case .vector: Block(rows: 1, columns: Block.whole)
      case .slices(let size): Block(rows: 1, columns: max(size, 1))
      case .blocks(let size): Block(rows: max(size, 1), columns: max(size, 1))
      }
    return try QuantizedType(
      storage, axis == .columns ? block : block.transposed,
      MappingFormat(kind: hasZeroPoint ? .asymmetric : .symmetric, scale: .float32))
  }
}

/// The axis of an operand that a product sums over.
enum ContractedAxis: Sendable {
  case rows, columns
}
