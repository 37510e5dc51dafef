public import AffineFormats
public import AffineLayers
internal import AffineQuant

/// The tensors of a model in a GGUF file.
public struct GGUFWeights: DecoderWeights, Sendable {
  /// The file.
  public private(set) var file: GGUFFile
  public let configuration: DecoderConfiguration
  /// The family.
  public let architecture: Architecture

  /// Reads the metadata of a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - context: Tokens of a sequence that are wanted; positions of some models are others for long texts.
  /// - Throws: ``AffineFormats/GGUFError``, ``AffineLayers/DecoderError`` or ``LanguageModelError``: another
  ///   architecture, what does not fit, and what is said of the model and not computed here.
  public init(_ file: GGUFFile, context: Int? = nil) throws {
    self.file = file
    (architecture, configuration) = try Architecture.read(file, context: context)
    try requireNothingElse()
  }

  /// What nobody reads would be missing from what the model computes.
  private func requireNothingElse() throws(LanguageModelError) {
    var known = Set(configuration.tensors.map(name(of:)))
    // A configuration of this library has them itself.
    if architecture != .own { known.formUnion(GGUFSettings.divisorsNames) }
    for tensor in file.tensors {
      guard tensor.name.utf8.allSatisfy({ $0 < 0x80 }), known.contains(tensor.name) else {
        throw .unusedTensor(tensor.name, layers: configuration.blocks.count)
      }
    }
  }

  /// Takes the tokens, of which the tokenizer was made, out of the file's metadata.
  mutating func forgetTokens() { file.forgetTokens() }

  public func name(of tensor: DecoderTensor) -> String {
    guard case .linear(let block, let linear) = tensor.layer,
      let joined = architecture.joinedInGGUF(linear)
    else { return tensor.nameInGGUF }
    if case .bias = tensor { return "blk.\(block).\(joined).bias" }
    return "blk.\(block).\(joined).weight"
  }

  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    let name = name(of: tensor)
    guard let entry = file[name] else { return nil }
    let stored: StoredMatrix =
      entry.type.quantizedType != nil
      ? .codes(try file.quantized(name)) : .float32(try file.matrix(name))
    let own = try configuration.own(tensor, of: stored, named: name, architecture)
    guard let rows = rowsInFile(of: tensor, own) else { return own }
    var order = rows
    for (row, place) in rows.enumerated() { order[place] = row }
    return try own.rows(inOrder: order, of: tensor)
  }

  public func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix? {
    let name = name(of: tensor)
    // Rows of another order, and a tensor of another shape, are for who reads it whole.
    guard let entry = file[name], case .weight = tensor,
      !architecture.turnsNeighboursInGGUF || configuration.rowsInGGUF(of: tensor) == nil,
      entry.shape == configuration.shapeInFile(of: tensor, architecture)
    else { return nil }
    let own = configuration.rowsInFile(rows, of: tensor, architecture)
    guard own.upperBound <= entry.shape.rows else { return nil }
    return entry.type.quantizedType != nil
      ? .codes(try file.quantized(name, rows: own)) : .float32(try file.matrix(name, rows: own))
  }

  /// A tensor's rows as a file has them: the inverse of what ``tensor(_:)`` does.
  func inFileOrder(_ stored: StoredMatrix, of tensor: DecoderTensor) throws -> StoredMatrix {
    guard let rows = rowsInFile(of: tensor, stored) else { return stored }
    return try stored.rows(inOrder: rows, of: tensor)
  }

  /// The order of rows in the file, if it is not that of the model; another shape is found out by who asks.
  private func rowsInFile(of tensor: DecoderTensor, _ stored: StoredMatrix) -> [Int]? {
    guard architecture.turnsNeighboursInGGUF, stored.shape == configuration.shape(of: tensor) else {
      return nil
    }
    return configuration.rowsInGGUF(of: tensor)
  }

  public func forget(_ tensor: DecoderTensor) { file.forget(name(of: tensor)) }

  public func forget(_ tensor: DecoderTensor, rows: Range<Int>) {
    file.forget(
      name(of: tensor), rows: configuration.rowsInFile(rows, of: tensor, architecture))
  }
}

extension DecoderConfiguration {
  /// The numbers of the rows of queries and keys, and of their biases' columns, in the order of Llama's GGUF
  /// files, in which columns 2 i and 2 i + 1 of a head turn together; `nil` for all other tensors.
  func rowsInGGUF(of tensor: DecoderTensor) -> [Int]? {
    switch tensor {
    case .weight(.linear(_, .query)), .bias(.linear(_, .query)): pairs(heads)
    case .weight(.linear(_, .key)), .bias(.linear(_, .key)): pairs(keyValueHeads)
    default: nil
    }
  }

  private func pairs(_ heads: Int) -> [Int] {
    (0..<heads * headSize).map { row in
      let (first, place) = (row / headSize * headSize, row % headSize)
      return first + place / 2 + place % 2 * (headSize / 2)
    }
  }
}
