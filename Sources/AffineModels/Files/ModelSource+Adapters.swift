internal import AffineFormats
public import AffineLayers
internal import AffineQuant

extension ModelSource {
  /// Adds low-rank adapters of a folder as the library PEFT writes them, `adapter_config.json` and
  /// `adapter_model.safetensors`, beside the weights, which stay as they are.
  ///
  /// They are copied into memory if the source was.
  ///
  /// - Throws: ``ModelFileError``: adapters of another kind, of other layers or ranks, none at all, adapters that are
  ///   there already; what the readers of files throw.
  public mutating func addAdapters(from folder: String) throws {
    let path = "\(folder)/\(AdapterSettings.name)"
    guard changes.isEmpty else {
      throw ModelFileError.unsupported(file: path, what: "adapters beside other adapters")
    }
    let settings = try AdapterSettings(ModelSettings(file: path))
    let tensors = "\(folder)/\(AdapterSettings.tensors)"
    let file = try SafeTensorsFile(path: tensors, copies: copies)
    let prefix = ModuleNames.prefixes.first { prefix in
      file.names.contains { $0.begins(with: "\(ModuleNames.adapted)\(prefix)layers.") }
    }
    let names = ModuleNames(architecture: architecture, prefix: prefix)
    var known: Set<ByteName> = []
    var changes: [DecoderLayer: LowRankChange] = [:]
    for layer in configuration.linearLayers {
      let (module, a, b) = names.adapters(of: layer)
      guard file.header[a] != nil || file.header[b] != nil else { continue }
      known.formUnion([ByteName(a), ByteName(b)])
      let (first, second): (Matrix<Float>, Matrix<Float>) = (try file.matrix(a), try file.matrix(b))
      let rank = settings.rank(of: module)
      let shape = configuration.shapeInFile(of: .weight(layer), architecture)
      for (name, expected, found) in [
        (a, Shape(rank, shape.columns), first.shape), (b, Shape(shape.rows, rank), second.shape),
      ] where expected != found {
        throw DecoderError.wrongShape(name, expected: expected, found: found)
      }
      let rows = configuration.rowsOfJoined(.weight(layer), architecture)?.own
      let part =
        try rows.map { try StoredMatrix.float32(second).rows($0, of: .weight(layer)).floats() }
        ?? second
      changes[layer] = try LowRankChange(
        a: first, b: part, factor: settings.factor(of: module, rank: rank))
    }
    for name in file.names where !known.contains(ByteName(name)) {
      throw ModelFileError.unusedTensor(name, blocks: configuration.blocks.count)
    }
    guard !changes.isEmpty else {
      throw ModelFileError.malformed(file: tensors, reason: "no tensor in it is an adapter's")
    }
    self.changes = changes
  }

  /// Writes the adapters of a decoder that was made of this one as a folder that PEFT reads.
  ///
  /// Layers that are one module in files of Hugging Face become one adapter with the ranks of all.
  ///
  /// - Throws: ``ModelFileError``: a decoder without adapters, a file that cannot be written; what `weights` throws.
  public func writeAdapters(of weights: some DecoderWeights, to path: String) throws {
    let isPart = isPartOfModelWithImages
    let names = ModuleNames(
      architecture: architecture, prefix: isPart ? ModuleNames.withImages : nil)
    var modules: [(name: String, layer: DecoderLayer, changes: [LowRankChange])] = []
    for layer in configuration.linearLayers {
      guard let change = try weights.change(of: layer) else { continue }
      let name = names.module(layer)
      if modules.last?.name == name {
        modules[modules.count - 1].changes.append(change)
      } else {
        modules.append((name, layer, [change]))
      }
    }
    guard let first = modules.lazy.map({ $0.changes[0] }).first else {
      throw ModelFileError.missing(file: path, what: "adapters, and the decoder has none")
    }
    let rank = first.a.shape.rows
    var settings = AdapterSettings(rank: rank, alpha: Double(first.factor) * Double(rank))
    var (writer, targets) = (SafeTensorsWriter(), [String]())
    writer.metadata["format"] = "pt"
    for (name, layer, changes) in modules {
      let target = name.split(separator: ".").last.map { String($0) } ?? name
      let (_, a, b) = names.adapters(of: layer)
      let joined = try LowRankChange(joining: changes)
      if !targets.contains(target) { targets.append(target) }
      let alpha = Double(joined.factor) * Double(joined.a.shape.rows)
      if joined.a.shape.rows != rank { settings.ranks.append(name, joined.a.shape.rows) }
      if alpha != settings.alpha { settings.alphas.append(name, alpha) }
      try writer.add(a, joined.a)
      try writer.add(b, joined.b)
    }
    // Names of modules alone would name those that see images, too.
    let targetModules: JSONValue =
      isPart
      ? .string(".*\\.language_model\\..*\\.(\(targets.joined(separator: "|")))")
      : .array(targets.map { .string($0) })
    let text = settings.json(of: modelName, targets: targetModules).serialized
    do throws(FileError) {
      try OutputFolder.make(path)
      try AtomicFile.write(text, to: "\(path)/\(AdapterSettings.name)")
    } catch { throw ModelFileError.file(error) }
    try writer.write(to: "\(path)/\(AdapterSettings.tensors)")
  }
}

extension ModelSource {
  /// The last part of the path of the file or folder: where it lies says nothing to whoever gets the adapters; `nil`
  /// where that part is no name.
  private var modelName: String? {
    let last = (gguf == nil ? folder : path).split(separator: "/").last ?? "."
    return last == "." || last == ".." ? nil : String(last)
  }

  /// Whether the decoder is a part of a model that sees images.
  private var isPartOfModelWithImages: Bool {
    guard case .folder(let weights) = weights else { return false }
    return architecture.encoder == nil && weights.names.prefix != ModuleNames.prefixes[0]
  }
}

extension ModuleNames {
  /// What PEFT puts before names of modules.
  fileprivate static let adapted = "base_model.model."

  /// The module of a layer, and what PEFT calls the matrices of its adapter.
  fileprivate func adapters(of layer: DecoderLayer) -> (module: String, a: String, b: String) {
    let module = module(layer)
    let prefix = "\(Self.adapted)\(module).lora_"
    return (module, "\(prefix)A.weight", "\(prefix)B.weight")
  }
}

extension LowRankChange {
  /// One change for layers whose outputs follow each other: inputs side by side, and zeros where an output
  /// belongs to another layer.
  fileprivate init(joining changes: [LowRankChange]) throws {
    guard changes.count > 1 else {
      self = changes[0]
      return
    }
    let ranks = changes.map(\.a.shape.rows)
    let (rank, columns) = (ranks.reduce(0, +), changes[0].a.shape.columns)
    let outputs = changes.reduce(0) { $0 + $1.b.shape.rows }
    var values = [Float](repeating: 0, count: outputs * rank)
    var (row, left) = (0, 0)
    for change in changes {
      for output in 0..<change.b.shape.rows {
        for column in 0..<change.b.shape.columns {
          values[(row + output) * rank + left + column] =
            change.b[output, column] * (change.factor / changes[0].factor)
        }
      }
      (row, left) = (row + change.b.shape.rows, left + change.b.shape.columns)
    }
    try self.init(
      a: Matrix(Shape(rank, columns), changes.flatMap(\.a.values.array)),
      b: Matrix(Shape(outputs, rank), values), factor: changes[0].factor)
  }
}
