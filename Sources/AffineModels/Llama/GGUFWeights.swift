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
  /// - Throws: ``AffineFormats/GGUFError``, ``AffineLayers/DecoderError`` or ``LlamaError``: another
  ///   architecture, what does not fit, and what is said of the model and not computed here.
  public init(_ file: GGUFFile, context: Int? = nil) throws {
    self.file = file
    (architecture, configuration) = try Architecture.read(file, context: context)
    try requireNothingElse()
  }

  /// What nobody reads would be missing from what the model computes.
  private func requireNothingElse() throws(LlamaError) {
    let known = Set(configuration.tensors.map(name(of:))).union(GGUFSettings.divisorsNames)
    for tensor in file.tensors {
      guard tensor.name.utf8.allSatisfy({ $0 < 0x80 }), known.contains(tensor.name) else {
        throw .unusedTensor(tensor.name, layers: configuration.blocks.count)
      }
    }
  }

  /// Takes the vocabulary, which was read, out of the file's metadata.
  public mutating func forgetTexts() { file.forgetTexts() }

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
    if let rows = configuration.rowsOfJoined(tensor, architecture) {
      return try stored.rows(rows, of: tensor)
    }
    guard let rows = turningRows(tensor, stored) else { return stored }
    return try stored.rows(inOrder: Self.splitHalves(rows, configuration.headSize), of: tensor)
  }

  /// A tensor's rows as a file has them: the inverse of what ``tensor(_:)`` does.
  func inFileOrder(_ stored: StoredMatrix, of tensor: DecoderTensor) throws -> StoredMatrix {
    guard let rows = turningRows(tensor, stored) else { return stored }
    let halves = Self.splitHalves(rows, configuration.headSize)
    var inverse = halves
    for (row, place) in halves.enumerated() { inverse[place] = row }
    return try stored.rows(inOrder: inverse, of: tensor)
  }

  /// How many outputs of queries or keys a tensor has, if it has those; a bias has them in one row.
  private func turningRows(_ tensor: DecoderTensor, _ stored: StoredMatrix) -> Int? {
    guard architecture.turnsNeighboursInGGUF else { return nil }
    let rows: Int
    switch tensor {
    case .weight(.linear(_, .query)), .weight(.linear(_, .key)): rows = stored.shape.rows
    case .bias(.linear(_, .query)), .bias(.linear(_, .key)): rows = stored.shape.columns
    default: return nil
    }
    // Another shape is found out by who asks.
    return rows.isMultiple(of: configuration.headSize) ? rows : nil
  }

  public func forget(_ tensor: DecoderTensor) { file.forget(name(of: tensor)) }

  /// Where rows lie in a GGUF file, in which columns 2 i and 2 i + 1 of a head turn together.
  static func splitHalves(_ rows: Int, _ headSize: Int) -> [Int] {
    (0..<rows).map { row in
      let (first, place, half) = (row / headSize * headSize, row % headSize, headSize / 2)
      return first + 2 * (place % half) + place / half
    }
  }
}
