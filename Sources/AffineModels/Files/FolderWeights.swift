internal import AffineFormats
public import AffineLayers
internal import AffineQuant

/// The tensors of a decoder or an encoder in a folder of Hugging Face, floats or codes of any format that
/// ``AffineFormats/QuantizedCheckpoint`` reads.
public struct FolderWeights: DecoderWeights, Sendable {
  public let configuration: DecoderConfiguration
  let architecture: Architecture
  let names: ModuleNames
  let file: SafeTensorsFile
  /// How many kinds of text the settings say there are.
  let textKindCount: Int?
  /// What reads weights in codes, if there are some.
  private let checkpoint: QuantizedCheckpoint?
  private let sortedNames: SortedNames
  /// Parts that texts do not pass and nobody reads: `vision_tower`.
  public private(set) var leftOut: [String] = []

  /// Such parts of decoders.
  private static let unread = [
    "vision_tower", "multi_modal_projector", "model.vision_tower", "model.multi_modal_projector",
  ]

  init(
    _ architecture: Architecture, _ configuration: DecoderConfiguration, _ file: SafeTensorsFile,
    settings: ModelSettings? = nil
  ) throws {
    self.architecture = architecture
    self.configuration = configuration
    self.file = file
    sortedNames = SortedNames(file.names)
    textKindCount = try settings?.int("type_vocab_size")
    let quantization = settings.flatMap {
      $0.has("quantization_config") || $0.has("quantization") ? $0.value.serialized : nil
    }
    // This library's own codes need no settings.
    checkpoint =
      quantization != nil || !file.quantizedNames.isEmpty
      ? try QuantizedCheckpoint(file: file, configuration: quantization) : nil
    let prefix = ModuleNames.prefixes.first { prefix in
      file.names.contains { $0.begins(with: "\(prefix)layers.") }
    }
    names = ModuleNames(
      architecture: architecture, prefix: architecture.encoder == nil ? prefix : nil)
    let inner = "\(architecture.name)."
    guard file.header["\(inner)embeddings.LayerNorm.weight"] == nil else {
      throw BertError.prefixedTensors(inner)
    }
    leftOut = try requireNothingElse()
  }

  /// What nobody reads would be missing from what the model computes.
  ///
  /// - Returns: Parts that texts do not pass.
  private func requireNothingElse() throws -> [String] {
    var known = Set(configuration.tensors.map { ByteName(name(of: $0)) })
    known.formUnion(namesBeside.map(ByteName.init))
    for module in checkpoint?.names ?? []
    where known.contains(ByteName(module)) || known.contains(ByteName("\(module).weight")) {
      for name in sortedNames.beginning(with: "\(module).") {
        if name.isSame(as: "\(module).bias"), try !isZero(name) { continue }
        known.insert(ByteName(name))
      }
    }
    let unread = architecture.encoder == nil ? Self.unread : []
    var leftOut: Set<String> = []
    for name in file.names where !known.contains(ByteName(name)) {
      if let part = unread.first(where: { name.begins(with: "\($0).") }) {
        leftOut.insert(part)
        continue
      }
      // A table that is computed.
      if name.before(suffix: ".rotary_emb.inv_freq") != nil { continue }
      if configuration.isTied, name.isSame(as: names.name(of: .weight(.head))),
        try file.bytes(of: name).array == file.bytes(of: self.name(of: .weight(.embedding))).array
      {
        continue
      }
      throw ModelFileError.unusedTensor(name, blocks: configuration.blocks.count)
    }
    return leftOut.sorted()
  }

  /// Whether a bias adds nothing: checkpoints of GPTQ may have such of layers without one.
  private func isZero(_ name: String) throws -> Bool {
    let bias: Matrix<Float> = try file.matrix(name)
    return bias.values.array.allSatisfy { $0 == 0 }
  }

  public func name(of tensor: DecoderTensor) -> String { names.name(of: tensor) }

  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    guard let stored = try stored(storedNames(of: tensor)) else { return nil }
    if tensor == .weight(.positions) { return try withTextKind(stored) }
    return try configuration.own(tensor, of: stored, named: name(of: tensor), architecture)
  }

  public func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix? {
    let name = name(of: tensor)
    // Codes of some formats lie across rows, and a tensor of another shape is for who reads it whole.
    guard quantizedName(of: tensor) == nil, tensor != .weight(.positions),
      let shape = file.header[name]?.matrixShape,
      shape == configuration.shapeInFile(of: tensor, architecture)
    else { return nil }
    let own = configuration.rowsInFile(rows, of: tensor, architecture)
    guard own.upperBound <= shape.rows else { return nil }
    return .float32(try file.matrix(name, rows: own))
  }

  /// A tensor by its name, and that of the module whose weight it is: this library's format names tensors, others
  /// modules.
  private func storedNames(of tensor: DecoderTensor) -> [String] {
    guard case .weight(let layer) = tensor else { return [name(of: tensor)] }
    return [name(of: tensor), names.module(layer)]
  }

  private func quantizedName(of tensor: DecoderTensor) -> String? {
    checkpoint.flatMap { storedNames(of: tensor).first(where: $0.isQuantized) }
  }

  public func forget(_ tensor: DecoderTensor) {
    let stored = quantizedName(of: tensor) ?? name(of: tensor)
    file.forget(stored)
    for part in sortedNames.beginning(with: "\(stored).") { file.forget(part) }
  }

  public func forget(_ tensor: DecoderTensor, rows: Range<Int>) {
    file.forget(
      name(of: tensor), rows: configuration.rowsInFile(rows, of: tensor, architecture))
  }

  /// What the first of some names has that is quantized, or else what the very first has.
  func stored(_ names: [String]) throws -> StoredMatrix? {
    guard let checkpoint, let name = names.first(where: checkpoint.isQuantized) else {
      return file.header[names[0]] == nil ? nil : .float32(try file.matrix(names[0]))
    }
    let weight = try checkpoint.orderedMatrix(name)
    return weight.columns.map { .float32(weight.matrix.dequantized().inOrder(of: $0)) }
      ?? .codes(weight.matrix)
  }
}

extension Matrix<Float> {
  /// Each column where it was before it was put in an order.
  fileprivate func inOrder(of columns: [Int]) -> Matrix<Float> {
    var places = columns
    for (place, column) in columns.enumerated() { places[column] = place }
    return Matrix(rows: shape.rows, columns: shape.columns) { self[$0, places[$1]] }
  }
}
