internal import AffineQuant

/// Reads the parts of a model.
struct DecoderReader<Weights: DecoderWeights> {
  private let weights: Weights
  private let configuration: DecoderConfiguration
  private let activations: ActivationFormat
  private let part: DecoderPart?
  private let execution: Execution
  private var read: [DecoderTensor] = []
  /// Of all that was read, where ranks must have read the same.
  fileprivate(set) var digest = Digest()

  init(
    _ weights: Weights, _ activations: ActivationFormat, _ part: DecoderPart?,
    _ execution: Execution
  ) {
    self.weights = weights
    self.activations = activations
    self.part = part
    self.execution = execution
    configuration = weights.configuration
    // A file of the same tensors may say other numbers of a rotation or a norm.
    if part != nil { for byte in configuration.json.utf8 { digest.combine(byte) } }
  }

  /// Gives back the memory in which tensors were read and converted.
  mutating func finishPart() {
    for tensor in read { weights.forget(tensor) }
    read = []
    SpareMemory.giveBack()
  }

  mutating func block(_ index: Int) throws -> DecoderBlock {
    var norms = BlockNorms()
    for place in configuration.blockNorms {
      norms[place] = try norm(.blockNorm(block: index, place))
    }
    // The heads that are here.
    norms.spreadHeads(part?.configuration(configuration) ?? configuration)
    let block = DecoderBlock(
      norms: norms, attention: try group(index, [.query, .key, .value]),
      output: try linear(.linear(block: index, .output)),
      feedForward: try group(index, configuration.feedForwardInputs),
      down: try linear(.linear(block: index, .down)))
    finishPart()
    return block
  }

  mutating func norm(_ layer: DecoderLayer) throws -> Norm {
    let weight = try floats(.weight(layer))
    let (offset, isOfHeads) = (configuration.normOffset, !layer.isOfWholeRows)
    return Norm(
      isOfHeads ? .rms : configuration.norm, epsilon: configuration.normEpsilon,
      weight: offset == 0
        ? weight
        : Matrix(rows: 1, columns: weight.shape.columns) { weight[$0, $1] + offset },
      bias: try bias(layer), divisors: try weights.divisors(of: layer))
  }

  mutating func weight(_ layer: DecoderLayer) throws -> LinearWeight {
    if let weight = try weightOfStrips(.weight(layer)) { return weight }
    let stored = try stored(.weight(layer))
    if case .codes(let codes) = stored,
      let weight = try weights.weight(of: layer, codes, on: execution)
    {
      return weight
    }
    return try activations.weight(stored, on: execution)
  }

  /// Rows of a large matrix that are read at once: whole panels of every kernel.
  private static var strip: Int { 4096 }

  /// A large matrix of codes, so that it is in memory once and not beside what it is packed from.
  private func weightOfStrips(_ tensor: DecoderTensor) throws -> LinearWeight? {
    let rows = configuration.shape(of: tensor).rows
    // One row tells codes from floats, of which a strip would be converted twice.
    guard part == nil, rows > 2 * Self.strip,
      case .codes? = try weights.tensor(tensor, rows: 0..<1)
    else { return nil }
    return try activations.weight(rows: rows, strip: Self.strip, on: execution) { rows in
      guard case .codes(let codes)? = try weights.tensor(tensor, rows: rows) else { return nil }
      // They were copied.
      weights.forget(tensor, rows: rows)
      return codes
    }
  }

  mutating func linear(_ layer: DecoderLayer) throws -> Linear {
    try Linear(
      try weight(layer), bias: try bias(layer), inputFactors: try weights.inputFactors(of: layer),
      change: try change(of: layer))
  }

  /// Values, copied: they are used for as long as the model, and their page of the file is not.
  mutating func floats(_ tensor: DecoderTensor) throws -> Matrix<Float> {
    let values = try stored(tensor).floats(on: execution)
    return try Matrix(values.shape, values.values.array)
  }

  /// The bias of a layer that has one.
  private mutating func bias(_ layer: DecoderLayer) throws -> Matrix<Float>? {
    configuration.hasBias(layer) ? try floats(.bias(layer)) : nil
  }

  /// What an adapter adds to the outputs that are computed here.
  private mutating func change(of layer: DecoderLayer) throws -> LowRankChange? {
    guard let change = try weights.change(of: layer) else { return nil }
    guard let outputs = part?.outputs(of: .weight(layer)) else { return change }
    digest.combine(.float32(change.a))
    digest.combine(.float32(change.b))
    digest.combine(.float32(Matrix(rows: 1, columns: 1) { _, _ in change.factor }))
    let rows = outputs.clamped(to: 0..<change.b.shape.rows)
    let b = Embedding.gather(change.b, rows: Array(rows), on: execution)
    return try LowRankChange(a: change.a, b: b, factor: change.factor)
  }

  private mutating func group(
    _ block: Int, _ linears: [DecoderConfiguration.BlockLinear]
  ) throws -> LinearGroup {
    let layers = linears.map { DecoderLayer.linear(block: block, $0) }
    if configuration.encoder != nil {
      // Each in a form of its own, and floats are joined too: all rows of a text run together.
      var linears: [Linear] = []
      for layer in layers { linears.append(try linear(layer)) }
      return LinearGroup(linears, joiningFloats: true)
    }
    var (tensors, biases, changes): ([StoredMatrix], [Matrix<Float>?], [LowRankChange?]) = (
      [], [], []
    )
    for layer in layers {
      tensors.append(try stored(.weight(layer)))
      biases.append(try bias(layer))
      changes.append(try change(of: layer))
    }
    let group = try LinearGroup(
      consume tensors, biases, changes, activations, on: execution)
    finishPart()
    return group
  }

  private mutating func stored(_ tensor: DecoderTensor) throws -> StoredMatrix {
    if let own = try divided(tensor) { return own }
    let stored = try weights.required(tensor)
    // Codes of some formats are copied; others are views of the file until they are packed.
    if case .codes = stored { weights.forget(tensor) }
    read.append(tensor)
    guard let part else { return stored }
    digest.combine(stored)
    guard let outputs = part.outputs(of: tensor) else { return stored }
    let own = try stored.rows(outputs, of: tensor)
    // A part would keep all that it is a part of.
    guard case .float32(let rows) = own else { return own }
    return .float32(try Matrix(rows.shape, rows.values.array))
  }
}

extension DecoderReader {
  /// What this rank keeps of a weight that is read part after part: it is never whole in memory.
  private mutating func divided(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    guard let part, case .weight = tensor, let parts = part.outputsOfEach(tensor) else {
      return nil
    }
    var own: StoredMatrix?
    for (rank, rows) in parts.enumerated() {
      guard let stored = try weights.tensor(tensor, rows: rows),
        stored.shape == Shape(rows.count, configuration.shape(of: tensor).columns)
      else { return nil }
      digest.combine(stored)
      let isOwn = rank == part.parallel.rank
      if isOwn { own = stored }
      // Codes are copied, and own floats may lie in the file still.
      if case .float32 = stored, isOwn { continue }
      weights.forget(tensor, rows: rows)
    }
    if case .float32 = own { read.append(tensor) }
    return own
  }
}

extension DecoderLayer {
  /// Whether a norm is that of whole rows of the residual stream.
  fileprivate var isOfWholeRows: Bool {
    switch self {
    case .blockNorm(_, .query), .blockNorm(_, .key): false
    default: true
    }
  }
}
