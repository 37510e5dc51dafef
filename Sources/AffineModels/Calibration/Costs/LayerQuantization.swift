public import AffineQuant

/// What quantizing one layer of a model cost.
public struct LayerQuantization: Sendable, Hashable {
  /// The layer.
  public let name: String
  /// Outputs and inputs.
  public let shape: Shape
  /// What its weight became.
  public let type: QuantizedType
  /// Of the weight's values, in dB.
  public let weightSignalToNoise: Double
  /// The error of the output in parts of the output, on the inputs seen in calibration, each token's
  /// divided by its root mean square; `nil` without.
  public let outputError: Double?
  /// Bytes of the weight as the model held it, and as codes.
  public let bytesBefore, bytesAfter: Int
  /// Spent on the layer; what layers share is divided among them.
  public let seconds: Double
}

extension LayerQuantization {
  /// A matrix that was quantized alone; its output error is that on standard normal inputs.
  ///
  /// - Parameters:
  ///   - cost: What it cost.
  ///   - type: What it became.
  ///   - seconds: The time that it took.
  public init(_ cost: QuantizationCost, as type: QuantizedType, seconds: Double) {
    self.init(
      name: cost.name, shape: cost.shape, type: type,
      weightSignalToNoise: cost.weightSignalToNoise,
      outputError: FloatFunctions.power(10, -cost.outputSignalToNoise / 20),
      bytesBefore: cost.bytesBefore, bytesAfter: cost.bytesAfter, seconds: seconds)
  }
}

/// What quantizing a model cost.
public struct ModelQuantizationReport: Sendable, Hashable {
  /// What a model is worth, as one number.
  public struct Judgement: Sendable, Hashable {
    /// What was measured.
    public let name: String
    /// Of the model as it was, and quantized.
    public let before, after: Double

    /// Pairs two measurements.
    public init(_ name: String, before: Double, after: Double) {
      self.name = name
      self.before = before
      self.after = after
    }
  }

  /// The name of the method.
  public let method: String
  /// In the order in which they run; those that stayed as they were are not here.
  public let layers: [LayerQuantization]
  /// Linear layers that stayed as they were.
  public let skipped: Int
  /// Tokens that the layers' inputs were seen for.
  public let calibrationTokens: Int
  /// Spent on calibration and on all layers.
  public let seconds: Double
  /// What the model is judged by.
  public var judgements: [Judgement]

  /// Collects what was measured.
  ///
  /// - Parameters:
  ///   - method: The name of the method.
  ///   - layers: Those that were quantized.
  ///   - skipped: How many were not.
  ///   - calibrationTokens: Tokens that inputs were seen for.
  ///   - seconds: The time that all took.
  ///   - judgements: What the model is judged by.
  public init(
    method: String, layers: [LayerQuantization], skipped: Int, calibrationTokens: Int = 0,
    seconds: Double, judgements: [Judgement] = []
  ) {
    self.method = method
    self.layers = layers
    self.skipped = skipped
    self.calibrationTokens = calibrationTokens
    self.seconds = seconds
    self.judgements = judgements
  }

  /// The root mean square of the layers' output errors; `nil` where they are not known.
  public var outputError: Double? {
    let errors = layers.compactMap(\.outputError)
    guard !errors.isEmpty, errors.count == layers.count else { return nil }
    return (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
  }

  /// Bytes of the quantized layers' weights before.
  public var bytesBefore: Int { layers.reduce(0) { $0 + $1.bytesBefore } }
  /// Bytes of their codes, scales and offsets.
  public var bytesAfter: Int { layers.reduce(0) { $0 + $1.bytesAfter } }
}
