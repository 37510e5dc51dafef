public import AffineFormats
public import AffineLayers
public import AffineQuant

extension GGUFWriter {
  /// A model as a GGUF file: linear layers and norms as the model has them now, all else as it was.
  ///
  /// Layers that nobody changed keep their bytes. Rows of queries and keys lie as the format has them,
  /// norms are F32, and `general.file_type` names the type of most of the linear layers' values.
  ///
  /// - Parameters:
  ///   - model: The model, made of these weights.
  ///   - weights: The file that it was read from: its metadata and what is not a layer.
  ///   - blocks: Blocks for codes that several types of blocks hold, as TQ1_0 and TQ2_0 do; by default those of the
  ///     tensor, if they are some, else the first.
  /// - Throws: ``AffineModels/LanguageModelError/notInGGUF(linear:_:)``; ``AffineFormats/GGUFError`` for types and
  ///   scales that no block, or these, hold.
  public init(
    _ model: DecoderModel, from weights: GGUFWeights,
    blocks: [QuantizedType: GGUFTensorType] = [:]
  ) throws {
    self.init(metadata: weights.file.metadata)
    let norms = Dictionary(
      uniqueKeysWithValues: model.normTensors.map { ($0.tensor.nameInGGUF, $0.value) })
    let linears = Dictionary(
      uniqueKeysWithValues: model.linearLayers.map { (DecoderTensor.weight($0).nameInGGUF, $0) })
    var values: [GGUFTensorType: Int] = [:]
    for tensor in weights.file.tensors {
      if let norm = norms[tensor.name] {
        try add(tensor.name, .f32, dimensions: tensor.dimensions, bytes: norm.values.bytes)
        continue
      }
      guard let linear = linears[tensor.name] else {
        try copy(tensor, from: weights.file)
        continue
      }
      let layer = model[linear]
      // Of a model that several ranks run, one has a part of every layer.
      let (part, whole) = (
        layer.weight.shape, weights.configuration.shape(of: .weight(linear))
      )
      guard part == whole else {
        throw LanguageModelError.notInGGUF(linear: linear.name, "\(part) of \(whole) weights")
      }
      let type = try add(layer, linear, tensor, weights, blocks)
      values[type, default: 0] += tensor.shape.count
    }
    nameType(ofMost: values)
  }

  /// Says of which type most values of linear layers are.
  mutating func nameType(ofMost values: [GGUFTensorType: Int]) {
    let most = values.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }
    guard let most, var number = Self.fileTypes[most.key] else { return }
    // Q4_K_M, which has some of both.
    if most.key == .q4_K, values[.q6_K] != nil { number = 15 }
    metadata["general.file_type"] = .uint32(number)
    if metadata["general.quantization_version"] == nil {
      metadata["general.quantization_version"] = .uint32(2)
    }
  }

  /// What `general.file_type` calls files of mostly one type, of those that can be written.
  private static let fileTypes: [GGUFTensorType: UInt32] = [
    .f32: 0, .f16: 1, .q4_0: 2, .q4_1: 3, .q8_0: 7, .q5_0: 8, .q5_1: 9,
    .q2_K: 10, .q3_K: 11, .q4_K: 14, .q5_K: 16, .q6_K: 18, .bf16: 32, .tq1_0: 36, .tq2_0: 37,
    .mxfp4: 38,
  ]

  mutating func copy(_ tensor: GGUFTensor, from file: GGUFFile) throws {
    try add(
      tensor.name, tensor.type, dimensions: tensor.dimensions,
      bytes: try file.bytes(of: tensor.name))
  }

  /// Adds a layer's weight and says what type it has become.
  private mutating func add(
    _ linear: Linear, _ layer: DecoderLayer, _ tensor: GGUFTensor, _ weights: GGUFWeights,
    _ blocks: [QuantizedType: GGUFTensorType]
  ) throws -> GGUFTensorType {
    guard linear.inputFactors == nil else {
      throw LanguageModelError.notInGGUF(linear: layer.name, "factors of its input")
    }
    guard linear.change == nil else {
      throw LanguageModelError.notInGGUF(linear: layer.name, "a low-rank change beside its weight")
    }
    if linear.weight.isStored(as: try weights.tensor(.weight(layer))) {
      let asked = linear.weight.codedType.flatMap { blocks[$0] }
      if asked == nil || asked == tensor.type {
        try copy(tensor, from: weights.file)
        return tensor.type
      }
    }
    let stored = try weights.inFileOrder(
      linear.weight.stored(layer.name), of: .weight(layer))
    switch stored {
    case .codes(let codes):
      let type = blocks[codes.quantizedType] ?? tensor.type.holding(codes.quantizedType)
      try add(tensor.name, codes, as: type)
      return type ?? tensor.type
    case .float32, .bfloat16:
      try add(tensor.name, stored.floats())
      return .f32
    }
  }
}

extension LinearWeight {
  /// Whether a file has these very numbers.
  fileprivate func isStored(as stored: StoredMatrix?) -> Bool {
    switch (self, stored) {
    case (.float(let now), .float32(let before)): now == before
    case (.quantized(let now), .codes(let before)): now.unpacked == before
    default: false
    }
  }

  fileprivate var codedType: QuantizedType? {
    if case .quantized(let packed) = self { packed.quantizedType } else { nil }
  }

  /// - Throws: ``LanguageModelError/notInGGUF(linear:_:)``.
  fileprivate func stored(_ name: String) throws(LanguageModelError) -> StoredMatrix {
    switch self {
    case .float(let matrix): .float32(matrix)
    case .quantized(let packed): .codes(packed.unpacked)
    case .fixed: throw .notInGGUF(linear: name, "fixed scales of its input")
    case .outliers: throw .notInGGUF(linear: name, "outliers of its input")
    }
  }
}

extension GGUFTensorType {
  /// Blocks for codes: of this type, if it holds them, else of the first that does.
  func holding(_ type: QuantizedType) -> GGUFTensorType? {
    holds(type) ? self : GGUFTensorType(holding: type)
  }
}
