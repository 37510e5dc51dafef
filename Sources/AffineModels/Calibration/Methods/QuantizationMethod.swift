public import AffineQuant

/// A way of choosing codes for the weights of a trained model.
public protocol QuantizationMethod: Sendable {
  /// The name on the command line and in reports.
  var name: String { get }
  /// Whether it has to know the inputs of a layer.
  var needsInputs: Bool { get }

  /// Quantizes layers that read one input.
  ///
  /// - Throws: ``CalibrationError``: inputs that are needed and missing, a type it cannot choose codes
  ///   for, weights that are not finite.
  func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup
}

/// Linear layers that read one input, and what is known of that input.
public struct LayerGroup: Sendable {
  /// One layer.
  public struct Member: Sendable {
    /// Its name.
    public let name: String
    /// Outputs × inputs.
    public let weight: Matrix<Float>
    /// What it becomes; `nil`: it stays float.
    public let type: QuantizedType?

    /// Collects the parts.
    ///
    /// - Parameters:
    ///   - name: Of the layer.
    ///   - weight: Outputs × inputs.
    ///   - type: What it becomes; `nil`: it stays float.
    public init(_ name: String, _ weight: Matrix<Float>, as type: QuantizedType?) {
      self.name = name
      self.weight = weight
      self.type = type
    }
  }

  /// The layers, all with as many inputs.
  public let members: [Member]
  /// What was seen of the input, if calibration ran.
  public let inputs: InputStatistics?
  /// Whether something before the layers can divide their input by factors.
  public let takesFactors: Bool

  /// Collects layers.
  ///
  /// - Parameters:
  ///   - members: Layers that read one input.
  ///   - inputs: What was seen of it; `nil`: nothing.
  ///   - takesFactors: Whether something before the layers can divide their input by factors.
  /// - Throws: ``CalibrationError/inputWidth(expected:found:)`` if they do not have as many inputs.
  public init(
    _ members: [Member], inputs: InputStatistics? = nil, takesFactors: Bool = true
  ) throws(CalibrationError) {
    let expected = inputs?.columns ?? members.first?.weight.shape.columns ?? 0
    for member in members where member.weight.shape.columns != expected {
      throw .inputWidth(expected: expected, found: member.weight.shape.columns)
    }
    self.members = members
    self.inputs = inputs
    self.takesFactors = takesFactors
  }

  /// The width of the input.
  public var columns: Int { inputs?.columns ?? members.first?.weight.shape.columns ?? 0 }

  /// What was seen of the input, for a method that cannot do without.
  func requireInputs(_ method: String) throws(CalibrationError) -> InputStatistics {
    guard let inputs, inputs.rows > 0 else {
      throw .noInputs(layer: members.first?.name ?? "", method: method)
    }
    return inputs
  }
}

/// What a method made of a group.
public struct QuantizedGroup: Sendable {
  /// The codes of each layer, outputs × inputs, in the order of the group; `nil` where it stays float.
  public let weights: [AnyQuantized?]
  /// What the input must be divided by, one a column, since the weights were multiplied by it; those that
  /// stay float have yet to be. `nil`: nothing.
  public let factors: [Float]?

  /// Collects the parts.
  ///
  /// - Parameters:
  ///   - weights: One a layer of the group, outputs × inputs; `nil`: it stays float.
  ///   - factors: One a column of the input; `nil`: none.
  public init(_ weights: [AnyQuantized?], factors: [Float]? = nil) {
    self.weights = weights
    self.factors = factors
  }
}

extension LayerGroup.Member {
  /// Codes for the weight times factors, rounded to nearest.
  func roundedToNearest(
    factors: [Float]? = nil, on execution: Execution
  ) throws(CalibrationError) -> AnyQuantized? {
    guard let type else { return nil }
    let values = factors.map { Elementwise.scaleColumns(weight, by: $0, on: execution) } ?? weight
    do { return try AnyQuantized(quantizing: values, as: type, on: execution) } catch {
      throw .quantization(layer: name, error)
    }
  }
}
