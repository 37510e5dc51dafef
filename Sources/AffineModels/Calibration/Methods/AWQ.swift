internal import AffineLayers
public import AffineQuant

/// Multiplies the columns of a weight that meet large inputs by factors before it is rounded, and clips
/// what is left of outliers: activation-aware weight quantization.
///
/// Factors are mean|x|^r over the root of the product of the largest and the smallest, for r = 0, 0.05, … 0.95;
/// those win whose layers' outputs err least on all inputs seen, together for all layers that read one
/// input. The search looks at some rows of each weight; what it finds is taken only if all rows together
/// err less than with r = 0, which is rounding to nearest, so the outcome is never worse than that. Then
/// values are clipped to a part 1, 0.95, … 0.55 of the largest of their block, where the block's share of
/// the output gains by it and so does the whole; queries and keys are not clipped.
///
/// Source: Lin et al., "AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration"
/// (arXiv 2306.00978); there outputs of whole attention and feed-forward blocks are compared.
public struct AWQ: QuantizationMethod {
  public let name = "awq"
  public let needsInputs = true
  /// How many r are tried; 1: none but 0.
  public var steps = 20
  /// How many rows of each weight the search for r looks at, where rows do not share scales.
  public var searchedRows = 128
  /// Whether values are clipped.
  public var clips = true
  /// The layers that are not clipped: those of queries and keys, which meet in a product, as the authors
  /// have it.
  public var unclipped = ["*q_proj", "*k_proj", "*.query", "*.key"].compactMap(NamePattern.init)

  /// The least power of a magnitude, as the authors have it.
  private static let floor = 1e-4

  /// Starts with the numbers of the source.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    guard steps > 0 else { throw .setting(method: name, name: "steps", value: Double(steps)) }
    guard searchedRows > 0 else {
      throw .setting(method: name, name: "rows of a search", value: Double(searchedRows))
    }
    let inputs = try group.requireInputs(name)
    let factors = group.takesFactors ? try factors(group, inputs, execution) : nil
    let products = factors.map { inputs.divided(by: $0, on: execution) } ?? inputs.products
    let weights = try group.members.map { member throws(CalibrationError) -> AnyQuantized? in
      let rounded = try member.roundedToNearest(factors: factors, on: execution)
      guard clips, let rounded, !unclipped.contains(where: { $0.matches(member.name) }) else {
        return rounded
      }
      let weight =
        factors.map { Elementwise.scaleColumns(member.weight, by: $0, on: execution) }
        ?? member.weight
      do throws(QuantizationError) {
        return try ClipSearch(
          weight: weight, rounded: rounded, products: products, execution: execution
        ).best
      } catch { throw .quantization(layer: member.name, error) }
    }
    return QuantizedGroup(weights, factors: factors)
  }

  /// The factors that all layers err least with; `nil`: none.
  private func factors(
    _ group: LayerGroup, _ inputs: InputStatistics, _ execution: Execution
  ) throws(CalibrationError) -> [Float]? {
    let some = group.members.map { $0.sample(of: searchedRows, on: execution) }
    var (best, least): ([Float]?, Double) = (nil, .infinity)
    for step in 0..<steps {
      let ratio = Double(step) / Double(steps)
      let factors = step == 0 ? nil : Self.factors(inputs.meanMagnitudes, ratio)
      let error = try error(some, inputs, factors, execution)
      if error < least { (best, least) = (factors, error) }
    }
    guard let best else { return nil }
    let plain = try error(group.members, inputs, nil, execution)
    return try error(group.members, inputs, best, execution) < plain ? best : nil
  }

  /// Factors whose largest and smallest are each other's reciprocals; 1 for an input that is always zero.
  private static func factors(_ magnitudes: [Double], _ ratio: Double) -> [Float] {
    let powers = magnitudes.map { max(FloatFunctions.power($0, ratio), floor) }
    let live = zip(powers, magnitudes).filter { $1 > 0 }.map(\.0)
    guard let least = live.min(), let largest = live.max() else {
      return magnitudes.map { _ in 1 }
    }
    let middle = (least * largest).squareRoot()
    return zip(powers, magnitudes).map { $1 > 0 ? Float($0 / middle) : 1 }
  }

  /// The energy of all layers' output errors.
  private func error(
    _ members: [LayerGroup.Member], _ inputs: InputStatistics, _ factors: [Float]?,
    _ execution: Execution
  ) throws(CalibrationError) -> Double {
    var energy = 0.0
    for member in members {
      guard let quantized = try member.roundedToNearest(factors: factors, on: execution) else {
        continue
      }
      var values: Matrix<Float> = quantized.dequantized(on: execution)
      if let factors {
        values = Elementwise.scaleColumns(values, by: factors.map { 1 / $0 }, on: execution)
      }
      energy += try inputs.outputEnergy(
        of: member.weight.minus(values, on: execution), on: execution)
    }
    return energy
  }
}

extension LayerGroup.Member {
  /// The layer with some of its rows, evenly spread, that are rounded as they are in the whole.
  fileprivate func sample(of count: Int, on execution: Execution) -> LayerGroup.Member {
    let rows = weight.shape.rows
    guard rows > count, let type, type.block.rows == 1 else { return self }
    let numbers = (0..<count).map { $0 * rows / count }
    return LayerGroup.Member(
      name, Embedding.gather(weight, rows: numbers, on: execution), as: type)
  }
}
