public import AffineFormats
public import AffineLayers
internal import AffineQuant

/// The tensors of a model in a GGUF file.
public struct GGUFWeights: DecoderWeights {
  /// The file.
  public private(set) var file: GGUFFile
  public let configuration: DecoderConfiguration

  /// Reads the metadata of a file.
  ///
  /// - Throws: As ``DecoderConfiguration/init(_:)``.
  public init(_ file: GGUFFile) throws {
    self.file = file
    configuration = try DecoderConfiguration(file)
    try requireNothingElse()
  }

  /// What nobody reads would be missing from what the model computes.
  private func requireNothingElse() throws(LlamaError) {
    let known = Set(configuration.tensors.map(\.nameInGGUF))
      .union([DecoderConfiguration.divisorsName])
    for tensor in file.tensors {
      guard tensor.name.utf8.allSatisfy({ $0 < 0x80 }), known.contains(tensor.name) else {
        throw .unusedTensor(tensor.name, layers: configuration.blocks.count)
      }
    }
  }

  /// Takes the vocabulary, which was read, out of the file's metadata.
  public mutating func forgetTexts() { file.forgetTexts() }

  public func name(of tensor: DecoderTensor) -> String { tensor.nameInGGUF }

  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    let name = tensor.nameInGGUF
    guard let entry = file[name] else { return nil }
    let stored: StoredMatrix =
      entry.type.quantizedType != nil
      ? .codes(try file.quantized(name)) : .float32(try file.matrix(name))
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
    let rows: Int
    switch tensor {
    case .weight(.linear(_, .query)), .weight(.linear(_, .key)): rows = stored.shape.rows
    case .bias(.linear(_, .query)), .bias(.linear(_, .key)): rows = stored.shape.columns
    default: return nil
    }
    // Another shape is found out by who asks.
    return rows.isMultiple(of: configuration.headSize) ? rows : nil
  }

  public func forget(_ tensor: DecoderTensor) { file.forget(tensor.nameInGGUF) }

  /// Where rows lie in a GGUF file, in which columns 2 i and 2 i + 1 of a head turn together.
  static func splitHalves(_ rows: Int, _ headSize: Int) -> [Int] {
    (0..<rows).map { row in
      let (first, place, half) = (row / headSize * headSize, row % headSize, headSize / 2)
      return first + 2 * (place % half) + place / half
    }
  }
}

extension StoredMatrix {
  /// The outputs of a linear layer in the order of their numbers: rows of a weight, columns of a bias.
  fileprivate func rows(inOrder numbers: [Int], of tensor: DecoderTensor) throws -> StoredMatrix {
    switch (tensor, self) {
    case (.bias, _):
      let bias = floats()
      return .float32(
        Matrix(rows: bias.shape.rows, columns: numbers.count) { bias[$0, numbers[$1]] })
    case (.weight, .codes(let codes)): return .codes(try codes.rows(inOrder: numbers))
    case (.weight, _):
      return .float32(Embedding.gather(floats(), rows: numbers, on: .threads(1)))
    }
  }
}
