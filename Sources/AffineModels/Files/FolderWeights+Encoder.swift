internal import AffineFormats
public import AffineLayers
public import AffineQuant

// Beside what checkpoints have, an encoder that this library quantized may have
//
//   layer.input_factors      F32 [1, inputs], what columns of the input are multiplied by first
//   layer.input_scales       F32 [1, 1], and
//   layer.input_zero_points  I16 [1, 1], what the input is quantized with, with its type in the
//                            metadata, as `inputs.layer` = "int8-tensor"; or no such tensors, and
//                            `dynamic_inputs.layer` = "int8-row", quantized on every call
//   norm.divisors            F32 [1, width], what the norm's weight and bias were divided by for the
//                            layers that read it

extension FolderWeights {
  /// Before the name of a layer, what its input is quantized to by parameters of the file, or on every call.
  static let inputKeys = ["inputs.", "dynamic_inputs."]

  /// The tensors of an encoder that are none of its layers' weights and biases.
  var namesBeside: [String] {
    guard let encoder = architecture.encoder else { return [] }
    let layers = configuration.tensors.flatMap { tensor -> [String] in
      let name = names.module(tensor.layer)
      if tensor.isOfNorm { return ["\(name).divisors"] }
      guard case .weight(.linear) = tensor else { return [] }
      let text = file.isQuantized("\(name).weight") ? file.header.metadata["inputs.\(name)"] : nil
      guard let type = text.flatMap({ QuantizedType(name: $0) }) else {
        return ["\(name).input_factors"]
      }
      let points = type.mapping.kind == .asymmetric ? ["\(name).input_zero_points"] : []
      return ["\(name).input_factors", "\(name).input_scales"] + points
    }
    return layers + Architecture.Encoder.beside
      + (encoder.hasTextKinds ? [Architecture.Encoder.textKinds] : [])
  }

  /// The rows of places, each with the embedding of the first kind of text added: all texts are of it.
  func withTextKind(_ places: StoredMatrix) throws -> StoredMatrix {
    guard let kinds = try textKinds(), places.shape.columns == configuration.width else {
      return places
    }
    let rows = places.floats()
    return .float32(
      Matrix(rows: rows.shape.rows, columns: rows.shape.columns) { rows[$0, $1] + kinds[0, $1] })
  }

  /// The embeddings of kinds of text, if the family has such.
  func textKinds() throws -> Matrix<Float>? {
    guard architecture.encoder?.hasTextKinds ?? false else { return nil }
    let name = Architecture.Encoder.textKinds
    guard let kinds = try stored([name, Architecture.Encoder.textKindsModule])?.floats() else {
      throw DecoderError.missingTensor(name)
    }
    let expected = Shape(max(textKindCount ?? kinds.shape.rows, 1), configuration.width)
    guard kinds.shape == expected else {
      throw DecoderError.wrongShape(name, expected: expected, found: kinds.shape)
    }
    return kinds
  }

  public func inputFactors(of layer: DecoderLayer) throws -> Matrix<Float>? {
    try row("\(names.module(layer)).input_factors", configuration.shape(of: .weight(layer)).columns)
  }

  public func divisors(of norm: DecoderLayer) throws -> Matrix<Float>? {
    try row("\(names.module(norm)).divisors", configuration.width)
  }

  public func weight(
    of layer: DecoderLayer, _ codes: AnyQuantized, on execution: Execution
  ) throws -> LinearWeight? {
    guard architecture.encoder != nil else { return nil }
    let name = names.module(layer)
    for key in Self.inputKeys {
      guard let text = file.header.metadata[key + name] else { continue }
      guard let type = QuantizedType(name: text),
        kernels(for: .linear, .quantized(type), .quantized(codes.quantizedType)) != nil
      else {
        throw BertError.layer(
          name: name, .typeMismatch(expected: codes.quantizedType.name, found: text))
      }
      guard key == Self.inputKeys[0] else {
        return .quantized(PackedWeight(codes, inputs: type, on: execution))
      }
      return .fixed(
        PackedWeight(codes, on: execution), inputs: type, parameters: try parameters(name, type))
    }
    return nil
  }

  /// What a layer's input is quantized with.
  private func parameters(
    _ name: String, _ type: QuantizedType
  ) throws -> QuantizationParameters {
    guard type.block.name == "tensor" else {
      throw BertError.layer(
        name: name, .typeMismatch(expected: "one scale", found: type.name))
    }
    guard let scales = try row("\(name).input_scales", 1) else {
      throw DecoderError.missingTensor("\(name).input_scales")
    }
    var parameters = QuantizationParameters(scales: scales.values.array)
    if type.mapping.kind == .asymmetric {
      let points = "\(name).input_zero_points"
      let bytes = try file.bytes(of: points)
      guard file.header[points]?.element == .int16, bytes.count == 2 else {
        throw SafeTensorsError.unexpected(
          name: points, expected: "one I16", found: "something else")
      }
      parameters.zeroPoints = [bytes.viewed(as: Int16.self)[0]]
    }
    return parameters
  }

  /// One row of floats, if it is there.
  private func row(_ name: String, _ columns: Int) throws -> Matrix<Float>? {
    guard architecture.encoder != nil, file.header[name] != nil else { return nil }
    let row: Matrix<Float> = try file.matrix(name)
    guard row.shape == Shape(1, columns) else {
      throw DecoderError.wrongShape(name, expected: Shape(1, columns), found: row.shape)
    }
    return row
  }
}
