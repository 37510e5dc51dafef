public import AffineQuant

/// A checkpoint of another project that cannot be read as matrices of this library.
public enum QuantizedCheckpointError: Error, Hashable {
  /// A configuration that is not JSON.
  case malformedConfiguration(reason: String, byte: Int)
  /// A configuration of no format that is known, or none where one is needed.
  case unknownFormat(known: [String])
  /// A setting of the configuration that is missing, or that the format does not have.
  case setting(format: String, name: String, found: String)
  /// Something that the format has and this library has not.
  case unsupported(format: String, feature: String)
  /// A module that is not quantized.
  case notQuantized(name: String)
  /// Scales that belong to columns which are not neighbours.
  case columnsOutOfOrder(name: String)
  /// A part of a weight whose shape does not fit the others or the configuration.
  case shape(tensor: String, found: [Int], reason: String)
  /// A part that is missing, or of another element type.
  case tensors(SafeTensorsError)
  /// Parts that are not a quantized matrix.
  case quantization(name: String, QuantizationError)
}

extension QuantizedCheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformedConfiguration(let reason, let byte):
      "the configuration is not JSON at byte \(byte): \(reason)"
    case .unknownFormat(let known):
      "the configuration describes none of the quantized formats \(known.joined(separator: ", "))"
    case .setting(let format, let name, let found):
      "the \(format) configuration has \(name) \(found), which the format does not allow"
    case .unsupported(let format, let feature): "\(format) weights with \(feature) do not load"
    case .notQuantized(let name): "the module '\(name)' has no quantized weight"
    case .columnsOutOfOrder(let name):
      "columns of '\(name)' that share a scale are not neighbours (activation order)"
    case .shape(let tensor, let found, let reason):
      "the tensor '\(tensor)' of shape \(found) does not fit: \(reason)"
    case .tensors(let error): error.description
    case .quantization(let name, let error): "the weight of '\(name)': \(error)"
    }
  }
}
