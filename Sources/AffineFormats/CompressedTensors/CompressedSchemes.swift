/// Which modules have which settings.
struct CompressedSchemes: Sendable {
  /// The settings of a module, and the name of the layout of its tensors.
  typealias Settings = (weights: CheckpointSettings, format: String)

  private let groups: [Settings]
  /// The patterns of each group, by its number.
  private let targets: ModulePatterns
  private let ignored: ModulePatterns

  /// For names of 1 MB or more, bytes of expressions that take a second or two; for fewer names, more.
  private static let mostExpressionBytes = 256
  private static let mostSteps = mostExpressionBytes << 20

  /// - Parameters:
  ///   - object: The configuration of the quantization.
  ///   - nameBytes: The bytes of all names that will be asked for.
  /// - Throws: ``QuantizedCheckpointError``.
  init(_ object: JSONValue, nameBytes: Int) throws(QuantizedCheckpointError) {
    let settings = CheckpointSettings(format: CompressedTensorsReader.format, object: object)
    let format = try settings.text("format", otherwise: "dense")
    try Self.requireNothingElse(object)
    var (targets, ignored) = (ModulePatterns(), ModulePatterns())
    try ignored.add(try Self.texts(object.member("ignore"), "ignore"), as: 0)
    guard let members = object.member("config_groups")?.members else {
      throw .setting(format: settings.format, name: "config_groups", found: "missing")
    }
    var groups: [Settings] = []
    for member in members {
      // Only the activations of some modules are quantized.
      let weights = member.value.member("weights") ?? .null
      let own = CheckpointSettings(format: settings.format, object: member.value)
      try targets.add(
        try Self.texts(member.value.member("targets"), "targets"), as: groups.count)
      groups.append(
        (
          CheckpointSettings(format: settings.format, object: weights),
          try own.text("format", otherwise: format)
        ))
    }
    let bytes = targets.expressionBytes + ignored.expressionBytes
    guard bytes <= max(Self.mostExpressionBytes, Self.mostSteps / max(nameBytes, 1)) else {
      throw .unsupported(
        format: settings.format,
        feature: "regular expressions of \(bytes) bytes for names of \(nameBytes) bytes")
    }
    (self.groups, self.targets, self.ignored) = (groups, targets, ignored)
  }

  /// The settings of a module: those for its very name, else for a pattern, else for its class;
  /// `nil` if its weight is not quantized.
  func settings(of name: String) -> Settings? {
    guard ignored.number(of: name) == nil, let number = targets.number(of: name),
      groups[number].weights.object != .null
    else { return nil }
    return groups[number]
  }

  private static func texts(
    _ value: JSONValue?, _ name: String
  ) throws(QuantizedCheckpointError) -> [String] {
    guard let value else { return [] }
    guard let texts = value.texts else {
      throw .setting(
        format: CompressedTensorsReader.format, name: name, found: value.serialized)
    }
    return texts
  }

  /// Weights that are stored in yet another form.
  private static func requireNothingElse(_ object: JSONValue) throws(QuantizedCheckpointError) {
    let format = CompressedTensorsReader.format
    if let sparsity = object.member("sparsity_config"), sparsity.members?.isEmpty != true,
      sparsity.member("format")?.word != "dense"
    {
      throw .unsupported(format: format, feature: "sparsity (sparsity_config)")
    }
    if let transforms = object.member("transform_config"), transforms.members?.isEmpty != true,
      transforms.member("config_groups")?.members?.isEmpty != true
    {
      throw .unsupported(format: format, feature: "transforms (transform_config)")
    }
  }
}
