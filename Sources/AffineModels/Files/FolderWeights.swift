internal import AffineFormats
public import AffineLayers
internal import AffineQuant

/// The tensors of a decoder in a folder of Hugging Face, floats or codes of any format that
/// ``AffineFormats/QuantizedCheckpoint`` reads.
public struct FolderWeights: DecoderWeights, Sendable {
  public let configuration: DecoderConfiguration
  let architecture: Architecture
  private let names: ModuleNames
  private let file: SafeTensorsFile
  /// What reads weights in codes, if there are some.
  private let checkpoint: QuantizedCheckpoint?

  /// Parts that texts do not pass, and tables that are computed.
  private static let unread = [
    "vision_tower.", "multi_modal_projector.", "model.vision_tower.",
    "model.multi_modal_projector.",
  ]

  init(
    _ architecture: Architecture, _ configuration: DecoderConfiguration, _ file: SafeTensorsFile,
    settings: ModelSettings
  ) throws {
    self.architecture = architecture
    self.configuration = configuration
    self.file = file
    let isQuantized = settings.has("quantization_config") || settings.has("quantization")
    checkpoint =
      isQuantized
      ? try QuantizedCheckpoint(file: file, configuration: settings.value.serialized) : nil
    let prefixes = ["model.", "model.language_model.", "language_model.model."]
    let prefix = prefixes.first { prefix in
      file.names.contains { $0.begins(with: "\(prefix)layers.") }
    }
    names = ModuleNames(architecture: architecture, prefix: prefix ?? "model.")
    try requireNothingElse()
  }

  /// What nobody reads would be missing from what the model computes.
  private func requireNothingElse() throws {
    var known = Set(configuration.tensors.map { ByteName(name(of: $0)) })
    for module in checkpoint?.names ?? [] where known.contains(ByteName("\(module).weight")) {
      for name in file.names where name.begins(with: "\(module).") {
        if name.isSame(as: "\(module).bias"), try !isZero(name) { continue }
        known.insert(ByteName(name))
      }
    }
    for name in file.names where !known.contains(ByteName(name)) {
      if Self.unread.contains(where: name.begins) || name.hasSuffix(".rotary_emb.inv_freq") {
        continue
      }
      if configuration.isTied, name.isSame(as: names.name(of: .weight(.head))),
        try file.bytes(of: name).array == file.bytes(of: self.name(of: .weight(.embedding))).array
      {
        continue
      }
      throw ModelFileError.unusedTensor(name, blocks: configuration.blocks.count)
    }
  }

  /// Whether a bias adds nothing: checkpoints of GPTQ may have such of layers without one.
  private func isZero(_ name: String) throws -> Bool {
    let bias: Matrix<Float> = try file.matrix(name)
    return bias.values.array.allSatisfy { $0 == 0 }
  }

  public func name(of tensor: DecoderTensor) -> String { names.name(of: tensor) }

  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    let name = name(of: tensor)
    let stored: StoredMatrix
    if case .weight(let layer) = tensor, let checkpoint, isQuantized(layer) {
      let weight = try checkpoint.orderedMatrix(names.module(layer))
      stored =
        weight.columns.map { .float32(weight.matrix.dequantized().inOrder(of: $0)) }
        ?? .codes(weight.matrix)
    } else {
      guard file.header[name] != nil else { return nil }
      stored = .float32(try file.matrix(name))
    }
    guard let rows = configuration.rowsOfJoined(tensor, architecture) else { return stored }
    return try stored.rows(rows, of: tensor)
  }

  public func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix? {
    let (name, joined) = (name(of: tensor), configuration.rowsOfJoined(tensor, architecture))
    // Codes of some formats lie across rows, and a tensor of another shape is for who reads it whole.
    guard case .weight(let layer) = tensor, !isQuantized(layer),
      let shape = file.header[name]?.matrixShape,
      joined != nil || shape == configuration.shape(of: tensor)
    else { return nil }
    let first = joined?.lowerBound ?? 0
    let own = first + rows.lowerBound..<first + rows.upperBound
    guard own.upperBound <= shape.rows else { return nil }
    return .float32(try file.matrix(name, rows: own))
  }

  private func isQuantized(_ layer: DecoderLayer) -> Bool {
    checkpoint?.isQuantized(names.module(layer)) ?? false
  }

  public func forget(_ tensor: DecoderTensor) {
    guard case .weight(let layer) = tensor, isQuantized(layer) else {
      return file.forget(name(of: tensor))
    }
    let module = "\(names.module(layer))."
    for name in file.names where name.begins(with: module) { file.forget(name) }
  }

  public func forget(_ tensor: DecoderTensor, rows: Range<Int>) {
    let first = configuration.rowsOfJoined(tensor, architecture)?.lowerBound ?? 0
    file.forget(name(of: tensor), rows: first + rows.lowerBound..<first + rows.upperBound)
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
