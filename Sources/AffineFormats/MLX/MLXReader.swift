internal import AffineQuant

/// The weights of MLX: `w.weight` holds words of 32 bits, every row one stream of bits as ours;
/// `w.scales` and, in the affine mode, `w.biases` one number a group.
///
/// Source: `mlx.core.quantize`, `mlx.nn.quantize` (ml-explore/mlx), and the `quantization` object of
/// mlx-lm's `config.json`.
struct MLXReader: CheckpointReader {
  static let format = "mlx"

  private let settings: CheckpointSettings
  /// The settings, those of single modules among them, by name.
  private let members: NamedValues<JSONValue>

  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) throws(QuantizedCheckpointError)
  {
    guard let configuration else { return nil }
    let object = configuration.member("quantization") ?? configuration.quantizationConfiguration
    guard object.member("group_size") != nil || object.member("mode") != nil,
      object.member("quant_method") == nil
    else { return nil }
    settings = CheckpointSettings(format: Self.format, object: object)
    var members: NamedValues<JSONValue> = [:]
    for (name, value) in object.members ?? [] where value != .null { members[name] = value }
    self.members = members
    _ = try MLXMode(settings)
  }

  func candidates(in tensors: CheckpointTensors) -> [String] { tensors.names(endingIn: ".scales") }

  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool {
    members[name]?.flag != false && tensors.contains("\(name).weight")
      && tensors.contains("\(name).scales")
  }

  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    let mode = try mode(of: name)
    let words = try tensors.words("\(name).weight")
    guard let columns = words.codes(bits: mode.storage.bits),
      columns.isMultiple(of: mode.groupSize)
    else {
      throw .shape(
        tensor: "\(name).weight", found: [words.rows, words.columns],
        reason: "its codes of \(mode.storage.bits) bits are not groups of \(mode.groupSize)")
    }
    let block = Block(rows: 1, columns: mode.groupSize)
    let grid = BlockGrid(Shape(words.rows, columns), block)
    var parts = CodeMatrix.Parts(codes: words.words.bytes, scales: Buffer([]))
    let mapping: MappingFormat
    if mode.isMicroscaled {
      let scales = try tensors.entry("\(name).scales")
      try tensors.check(scales, grid.extent)
      let exponents = try tensors.elements("\(name).scales", .uint8, as: UInt8.self).array
      parts.scales = Buffer(exponents.map { E8M0(bitPattern: $0).float })
      mapping = MappingFormat(kind: .symmetric, scale: .e8m0)
    } else {
      let scales = try tensors.parameters("\(name).scales", grid.extent)
      let biases = try tensors.parameters("\(name).biases", grid.extent)
      (parts.scales, parts.biases) = (scales.values, biases.values)
      // One type for both: where they differ, the one that holds either.
      mapping = MappingFormat(
        kind: .biased, scale: scales.format == biases.format ? scales.format : .float32)
    }
    do {
      let type = try QuantizedType(mode.storage, block, mapping)
      return ColumnOrderedMatrix(
        matrix: AnyQuantized(try CodeMatrix(type: type, grid: grid, parts: parts)))
    } catch {
      throw .quantization(name: name, error)
    }
  }

  /// The settings of a module: its own, or those of all.
  private func mode(of name: String) throws(QuantizedCheckpointError) -> MLXMode {
    guard let own = members[name], own.flag == nil else {
      return try MLXMode(settings)
    }
    guard own.members != nil else {
      throw .setting(format: Self.format, name: name, found: own.serialized)
    }
    return try MLXMode(CheckpointSettings(format: Self.format, object: own))
  }
}

/// One of MLX's ways of quantizing.
struct MLXMode: Sendable {
  let storage: CodeFormat
  let groupSize: Int
  /// Whether scales are powers of two, and there are no biases.
  let isMicroscaled: Bool

  init(_ settings: CheckpointSettings) throws(QuantizedCheckpointError) {
    switch try settings.text("mode", otherwise: "affine") {
    case "affine":
      storage = .unsigned(
        bits: try settings.integer("bits", among: [2, 3, 4, 5, 6, 8], otherwise: 4))
      groupSize = try settings.integer("group_size", among: [32, 64, 128], otherwise: 64)
      isMicroscaled = false
    case "mxfp4":
      storage = .float(.float4e2m1)
      _ = try settings.integer("bits", among: [4], otherwise: 4)
      groupSize = try settings.integer("group_size", among: [32], otherwise: 32)
      isMicroscaled = true
    case "mxfp8":
      storage = .float(.float8e4m3)
      _ = try settings.integer("bits", among: [8], otherwise: 8)
      groupSize = try settings.integer("group_size", among: [32], otherwise: 32)
      isMicroscaled = true
    case "nvfp4":
      throw .unsupported(format: settings.format, feature: "scales in float8 (mode nvfp4)")
    case let other:
      throw .setting(format: settings.format, name: "mode", found: other)
    }
  }
}
