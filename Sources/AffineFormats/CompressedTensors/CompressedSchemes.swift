/// Which modules have which settings.
struct CompressedSchemes: Sendable {
  /// Settings and the modules they are for.
  private struct Group: Sendable {
    let targets: [ModulePattern]
    let settings: CheckpointSettings
    let format: String
  }

  /// The settings of a module, and the name of the layout of its tensors.
  typealias Settings = (weights: CheckpointSettings, format: String)

  private let groups: [Group]
  private let ignored: [ModulePattern]

  init(_ object: JSONValue) throws(QuantizedCheckpointError) {
    let settings = CheckpointSettings(format: CompressedTensorsReader.format, object: object)
    let format = try settings.text("format", otherwise: "dense")
    try Self.requireNothingElse(object)
    ignored = try Self.patterns(object.member("ignore"), "ignore")
    guard let members = object.member("config_groups")?.members else {
      throw .setting(format: settings.format, name: "config_groups", found: "missing")
    }
    groups = try members.map { member throws(QuantizedCheckpointError) in
      // Only the activations of some modules are quantized.
      let weights = member.value.member("weights") ?? .null
      let own = CheckpointSettings(format: settings.format, object: member.value)
      return Group(
        targets: try Self.patterns(member.value.member("targets"), "targets"),
        settings: CheckpointSettings(format: settings.format, object: weights),
        format: try own.text("format", otherwise: format))
    }
  }

  /// The settings of a module: those for its very name, else for a pattern, else for its class;
  /// `nil` if its weight is not quantized.
  func settings(of name: String) -> Settings? {
    guard !ignored.contains(where: { $0.precision(of: name) != nil }) else { return nil }
    var best: (precision: Int, group: Group)?
    for group in groups {
      for precision in group.targets.compactMap({ $0.precision(of: name) })
      where precision > best?.precision ?? -1 {
        best = (precision, group)
      }
    }
    guard let group = best?.group, group.settings.object != .null else { return nil }
    return (group.settings, group.format)
  }

  private static func patterns(
    _ value: JSONValue?, _ name: String
  ) throws(QuantizedCheckpointError) -> [ModulePattern] {
    guard let value else { return [] }
    guard let texts = value.texts else {
      throw .setting(
        format: CompressedTensorsReader.format, name: name, found: value.serialized)
    }
    return try texts.map { text throws(QuantizedCheckpointError) in try ModulePattern(text) }
  }

  /// Weights that are stored in yet another form.
  private static func requireNothingElse(_ object: JSONValue) throws(QuantizedCheckpointError) {
    let format = CompressedTensorsReader.format
    let sparsity = object.member("sparsity_config")?.member("format")?.word
    guard sparsity == nil || sparsity == "dense" else {
      throw .unsupported(format: format, feature: "sparsity (\(sparsity ?? ""))")
    }
    if object.member("transform_config")?.member("config_groups")?.members?.isEmpty == false {
      throw .unsupported(format: format, feature: "transforms (transform_config)")
    }
  }
}
