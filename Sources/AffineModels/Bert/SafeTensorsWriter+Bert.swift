public import AffineFormats
internal import AffineLayers
internal import AffineQuant

extension SafeTensorsWriter {
  /// A model as a file that ``AffineModels/BertModel/init(_:_:)`` reads again: linear layers and norms as the model has
  /// them now, all else as it was.
  ///
  /// - Parameters:
  ///   - model: The model, made of this file.
  ///   - file: What it was read from.
  /// - Throws: ``AffineFormats/SafeTensorsError``: a scale that is no number of its type.
  public init(_ model: BertModel, from file: SafeTensorsFile) throws(SafeTensorsError) {
    self.init()
    var replaced: Set<ByteName> = []
    let fileNames = SortedNames(file.names)
    let embedding = model.names.module(.embedding)
    var layers = model.linearNames.map { ($0, model[linear: $0]) }
    // Codes of another project's are not read without its settings.
    if case .quantized = model.encoder.embedding, !file.isQuantized("\(embedding).weight") {
      layers.append((embedding, Linear(weight: model.encoder.embedding)))
    }
    for (name, layer) in layers {
      let isWritten = try add(layer, name, file, isQuantized: file.isQuantized("\(name).weight"))
      for part in fileNames.beginning(with: "\(name).") {
        let isWeight = part.isSame(as: "\(name).weight")
        let isKept = part.isSame(as: "\(name).bias") || isWeight && !isWritten
        if !isKept { replaced.insert(ByteName(part)) }
      }
      if isWritten { replaced.insert(ByteName("\(name).weight")) }
    }
    for (name, norm) in model.norms where try add(norm, name, file) {
      replaced.formUnion(["weight", "bias", "divisors"].map { ByteName("\(name).\($0)") })
    }
    for (name, table) in model.tables(unlessReadableIn: file) {
      try add("\(name).weight", table)
      replaced.formUnion(
        (fileNames.beginning(with: "\(name).") + ["\(name).weight"]).map(ByteName.init))
    }
    for (key, text) in file.header.metadata
    where !FolderWeights.inputKeys.contains(where: key.begins) {
      let isReplaced = Self.describedName(key).map { replaced.contains(ByteName($0)) } ?? false
      if !isReplaced { metadata[key] = text }
    }
    for entry in file.header.entries where !replaced.contains(ByteName(entry.name)) {
      try add(entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
    }
  }

  /// Adds a layer's weight, unless the file has it just so, and what multiplies or quantizes its input.
  private mutating func add(
    _ linear: Linear, _ name: String, _ file: SafeTensorsFile, isQuantized: Bool
  ) throws(SafeTensorsError) -> Bool {
    if let factors = linear.inputFactors { try add("\(name).input_factors", factors) }
    switch linear.weight {
    case .float(let matrix):
      if !isQuantized, (try? file.matrix("\(name).weight")) == matrix { return false }
      try add("\(name).weight", matrix)
    case .quantized(let packed):
      try add("\(name).weight", packed.unpacked)
      if let inputs = packed.inputs { metadata["dynamic_inputs.\(name)"] = inputs.name }
    case .outliers(let weight): try add("\(name).weight", weight.quantized)
    case .fixed(let packed, let inputs, let parameters):
      try add("\(name).weight", packed.unpacked)
      metadata["inputs.\(name)"] = inputs.name
      let scales = parameters.scales
      try add("\(name).input_scales", Matrix(rows: 1, columns: scales.count) { scales[$1] })
      let zeroPoints = Buffer(parameters.zeroPoints)
      guard zeroPoints.count > 0 else { break }
      try add(
        "\(name).input_zero_points", .int16, shape: [1, zeroPoints.count], bytes: zeroPoints.bytes)
    }
    return true
  }

  /// Adds a norm that has been divided.
  private mutating func add(
    _ norm: Norm, _ name: String, _ file: SafeTensorsFile
  ) throws(SafeTensorsError) -> Bool {
    guard let divisors = norm.divisors else { return false }
    let width = norm.weight.shape.columns
    for (part, values) in [("weight", norm.weight), ("bias", norm.bias)] {
      guard let values else { continue }
      try add("\(name).\(part)", .float32, shape: [width], bytes: values.values.bytes)
    }
    try add("\(name).divisors", divisors)
    return true
  }
}

extension BertModel {
  /// The tables of places and of kinds of text, if another project's codes have one: those are not read without its
  /// settings. The first kind is zeros, as places have it already.
  fileprivate func tables(unlessReadableIn file: SafeTensorsFile) -> [(String, Matrix<Float>)] {
    var tables: [(name: String, values: Matrix<Float>)] = []
    if let places = encoder.positions { tables.append((names.module(.positions), places)) }
    if let kinds = textKinds {
      let less = Matrix(rows: kinds.shape.rows, columns: kinds.shape.columns) {
        kinds[$0, $1] - kinds[0, $1]
      }
      tables.append((Architecture.Encoder.textKindsModule, less))
    }
    let isReadable = tables.allSatisfy { table in
      let name = "\(table.name).weight"
      guard !file.isQuantized(name) else { return true }
      let floats: [TensorElement] = [.float32, .float16, .bfloat16]
      return file.header[name].map { floats.contains($0.element) } ?? false
    }
    return isReadable ? [] : tables
  }

  /// All norms, by what checkpoints call them.
  fileprivate var norms: [(name: String, norm: Norm)] {
    let layers = encoder.configuration.blocks.indices.flatMap { block in
      [.attention, .feedForward].map { DecoderLayer.blockNorm(block: block, $0) }
    }
    return ([.norm] + layers).compactMap { layer in
      encoder.norm(layer).map { (names.module(layer), $0) }
    }
  }
}
