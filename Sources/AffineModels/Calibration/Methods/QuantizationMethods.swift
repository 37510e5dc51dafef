/// Every method of post-training quantization, by name: the one place that knows them all.
public enum QuantizationMethods {
  /// In the order in which they are told apart in reports.
  public static let all: [any QuantizationMethod] = [
    RoundToNearest(), HQQ(), GPTQ(), AWQ(), SmoothQuant(), ScaledGPTQ(), CodedScaleSearch(),
  ]

  /// A method with its standard numbers.
  public static func named(_ name: String) -> (any QuantizationMethod)? {
    all.first { $0.name == name }
  }
}
