internal import AffineFormats

/// The `adapter_config.json` of low-rank adapters, as the library PEFT writes it.
struct AdapterSettings {
  static let name = "adapter_config.json"
  static let tensors = "adapter_model.safetensors"

  let rank: Int
  let alpha: Double
  var ranks = ModuleValues<Int>()
  var alphas = ModuleValues<Double>()
  /// Whether what adapters give is divided by the root of the rank, not by the rank (arXiv 2312.03732).
  var dividesByRoot = false

  /// Settings that change training alone, or that the names of tensors say again.
  private static let harmless: Set<String> = [
    "arrow_config", "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config",
    "exclude_modules", "inference_mode", "init_lora_weights", "layers_pattern",
    "layers_to_transform", "loftq_config", "lora_dropout", "megatron_core", "peft_version",
    "qalora_group_size", "revision", "runtime_config", "target_modules", "task_type",
  ]

  /// - Throws: ``ModelFileError``: adapters of another kind, or that add more than a product of two matrices.
  init(_ settings: ModelSettings) throws {
    let file = settings.file
    for (name, expected) in [("peft_type", "LORA"), ("bias", "none")] {
      let found = try settings.text(name) ?? expected
      guard found.isSame(as: expected) else {
        throw ModelFileError.unsupported(file: file, what: "'\(name)' of adapters (\(found))")
      }
    }
    rank = try settings.requiredInt("r")
    guard rank > 0 else {
      throw ModelFileError.malformed(file: file, reason: "'r' is \(rank), not a positive number")
    }
    guard let alpha = try settings.double("lora_alpha") else {
      throw ModelFileError.malformed(file: file, reason: "there is no 'lora_alpha'")
    }
    self.alpha = alpha
    dividesByRoot = try settings.flag("use_rslora") ?? false
    for (name, value) in try settings.part("rank_pattern")?.value.members ?? [] {
      guard case .integer(let rank) = value else {
        throw ModelFileError.malformed(file: file, reason: "'rank_pattern' has '\(name)'")
      }
      ranks.append(try Self.plain(name, file), rank)
    }
    for (name, value) in try settings.part("alpha_pattern")?.value.members ?? [] {
      guard let alpha = value.number else {
        throw ModelFileError.malformed(file: file, reason: "'alpha_pattern' has '\(name)'")
      }
      alphas.append(try Self.plain(name, file), alpha)
    }
    try settings.requireNothingElse(but: Self.harmless)
  }

  init(rank: Int, alpha: Double) { (self.rank, self.alpha) = (rank, alpha) }

  /// A pattern that is a name, or the end of one.
  private static func plain(_ name: String, _ file: String) throws -> String {
    guard
      name.unicodeScalars.allSatisfy({
        $0.properties.isAlphabetic || "_.0123456789".unicodeScalars.contains($0)
      })
    else { throw ModelFileError.unsupported(file: file, what: "the pattern '\(name)'") }
    return name
  }

  /// What the product of a module's matrices is multiplied with.
  func factor(of module: String, rank: Int) -> Float {
    let alpha = alphas[module] ?? alpha
    return Float(alpha / (dividesByRoot ? Double(rank).squareRoot() : Double(rank)))
  }

  /// The rank that a module is to have.
  func rank(of module: String) -> Int { ranks[module] ?? rank }

  /// The document, for modules of a model whose names end with one of `targets`, or that a pattern fits.
  func json(of model: String?, targets: JSONValue) -> JSONValue {
    .object([
      (name: "base_model_name_or_path", value: model.map { .string($0) } ?? .null),
      (name: "peft_type", value: .string("LORA")), (name: "task_type", value: .string("CAUSAL_LM")),
      (name: "r", value: .integer(rank)), (name: "lora_alpha", value: .number(alpha)),
      (
        name: "rank_pattern",
        value: .object(ranks.entries.map { (name: $0.name, value: .integer($0.value)) })
      ),
      (
        name: "alpha_pattern",
        value: .object(alphas.entries.map { (name: $0.name, value: .number($0.value)) })
      ),
      (name: "target_modules", value: targets),
      (name: "lora_dropout", value: .integer(0)), (name: "bias", value: .string("none")),
      (name: "use_rslora", value: .boolean(dividesByRoot)),
      (name: "fan_in_fan_out", value: .boolean(false)),
      (name: "inference_mode", value: .boolean(true)),
    ])
  }
}

/// Values of modules whose names are, or end after a point with, one of a list: the first of those that fit counts.
struct ModuleValues<Value> {
  private(set) var entries: [(name: String, value: Value)] = []
  private var places: [ByteName: Int] = [:]

  mutating func append(_ name: String, _ value: Value) {
    let place = entries.count
    entries.append((name, value))
    if places[ByteName(name)] == nil { places[ByteName(name)] = place }
  }

  /// The value of a module, if it has one of its own.
  subscript(module: String) -> Value? {
    let bytes = module.utf8
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }.map {
      bytes.index(after: $0)
    }
    let found = ([bytes.startIndex] + ends).compactMap { places[ByteName(String(module[$0...]))] }
    return found.min().map { entries[$0].value }
  }
}
