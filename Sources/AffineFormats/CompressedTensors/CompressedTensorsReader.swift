internal import AffineQuant

/// The weights of compressed-tensors, with whole-number codes.
///
///     pack-quantized   w.weight_packed I32 [outputs, words], codes plus half their range;
///                      w.weight_shape I64 [2]; w.weight_scale; w.weight_zero_point, packed down
///                      the outputs; w.weight_g_idx
///     int-quantized    w.weight I8 [outputs, inputs]; w.weight_scale; w.weight_zero_point I8
///
/// Source: vllm-project/compressed-tensors; its pull request 715 on packing without gaps.
struct CompressedTensorsReader: CheckpointReader {
  static let format = "compressed-tensors"

  private let schemes: CompressedSchemes

  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) throws(QuantizedCheckpointError)
  {
    guard let object = configuration?.quantizationConfiguration,
      object.member("quant_method")?.word == Self.format || object.member("config_groups") != nil
    else { return nil }
    let packed = tensors.names(endingIn: ".weight_packed")
    let names = packed + tensors.names(endingIn: ".weight_scale")
    schemes = try CompressedSchemes(
      object, nameBytes: names.reduce(0) { $0 + $1.utf8.count })
    // Codes that are packed are of no use to anybody without settings.
    for name in packed where schemes.settings(of: name) == nil {
      throw .unsupported(
        format: Self.format,
        feature: "packed codes of '\(name)', which no target or an ignored name means")
    }
  }

  func candidates(in tensors: CheckpointTensors) -> [String] {
    tensors.names(endingIn: ".weight_packed") + tensors.names(endingIn: ".weight_scale")
  }

  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool {
    let hasCodes = tensors.contains("\(name).weight_packed") || tensors.contains("\(name).weight")
    return hasCodes && tensors.contains("\(name).weight_scale") && schemes.settings(of: name) != nil
  }

  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    guard let settings = schemes.settings(of: name) else { throw .notQuantized(name: name) }
    let weight = CompressedWeight(
      name: name, scheme: try CompressedScheme(settings), tensors: tensors)
    return try weight.matrix()
  }
}
