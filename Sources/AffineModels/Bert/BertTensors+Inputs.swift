internal import AffineFormats
internal import AffineLayers
internal import AffineQuant

extension BertTensors {
  /// What a file may say of a layer's input.
  static let inputParts = ["input_factors", "input_scales", "input_zero_points"]
  /// Before the name of a layer, what its input is quantized to by parameters of the file, or on every call.
  static let inputKeys = ["inputs.", "dynamic_inputs."]

  /// What columns of a layer's input are multiplied by, if anything.
  mutating func inputFactors(_ name: String, _ inputs: Int) throws(BertError) -> Matrix<Float>? {
    try optional("\(name).input_factors", inputs)
  }

  /// What a norm's weight and bias were divided by, if anything.
  mutating func divisors(_ name: String, _ width: Int) throws(BertError) -> Matrix<Float>? {
    try optional("\(name).divisors", width)
  }

  /// A weight in codes, with how its input is quantized, if it is.
  mutating func weight(_ name: String, _ codes: AnyQuantized) throws(BertError) -> LinearWeight {
    guard let type = try inputs("inputs.\(name)", name, codes) else {
      return .quantized(
        PackedWeight(codes, inputs: try inputs("dynamic_inputs.\(name)", name, codes)))
    }
    guard type.block.name == "tensor" else {
      throw .layer(name: name, .typeMismatch(expected: "one scale", found: type.name))
    }
    var parameters = QuantizationParameters(
      scales: try matrix("\(name).input_scales", 1, 1).values.array)
    if type.mapping.kind == .asymmetric {
      parameters.zeroPoints = [try zeroPoint("\(name).input_zero_points")]
    }
    return .fixed(PackedWeight(codes), inputs: type, parameters: parameters)
  }

  /// The type of a layer's input under a key of the metadata.
  private func inputs(
    _ key: String, _ name: String, _ codes: AnyQuantized
  ) throws(BertError) -> QuantizedType? {
    guard let text = file.header.metadata[key] else { return nil }
    guard let type = QuantizedType(name: text),
      kernels(for: .linear, .quantized(type), .quantized(codes.quantizedType)) != nil
    else {
      throw .layer(
        name: name, .typeMismatch(expected: codes.quantizedType.name, found: text))
    }
    return type
  }

  private mutating func zeroPoint(_ name: String) throws(BertError) -> Int16 {
    use(name)
    do throws(SafeTensorsError) {
      let bytes = try file.bytes(of: name)
      guard let entry = file.header[name], entry.element == .int16, bytes.count == 2 else {
        throw .unexpected(name: name, expected: "one I16", found: "something else")
      }
      return bytes.viewed(as: Int16.self)[0]
    } catch { throw .tensors(error) }
  }

  private mutating func optional(_ name: String, _ columns: Int) throws(BertError) -> Matrix<Float>?
  {
    file.header[name] == nil ? nil : try matrix(name, 1, columns)
  }
}
