public import AffineFormats
public import AffineLayers
internal import AffineQuant

/// The tensors of a model in a GGUF file.
public struct GGUFWeights: DecoderWeights {
  /// The file.
  public private(set) var file: GGUFFile
  public let configuration: DecoderConfiguration
  /// Whether columns 2 i and 2 i + 1 of a head turn together in the file.
  private let turnsNeighbours: Bool

  /// Reads the metadata of a file.
  ///
  /// - Throws: As the configuration of a file; ``LlamaError/unusedTensor(_:layers:)``.
  public init(_ file: GGUFFile) throws {
    self.file = file
    configuration = try DecoderConfiguration(file)
    turnsNeighbours =
      try file.metadata.word("general.architecture") == DecoderConfiguration.architecture
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
    guard let rows = rowsInFile(of: tensor, stored) else { return stored }
    var order = rows
    for (row, place) in rows.enumerated() { order[place] = row }
    return try stored.rows(inOrder: order, of: tensor)
  }

  /// A tensor's rows as a file has them: the inverse of what ``tensor(_:)`` does.
  func inFileOrder(_ stored: StoredMatrix, of tensor: DecoderTensor) throws -> StoredMatrix {
    guard let rows = rowsInFile(of: tensor, stored) else { return stored }
    return try stored.rows(inOrder: rows, of: tensor)
  }

  /// The order of rows in the file, if it is not that of the model; another shape is found out by who asks.
  private func rowsInFile(of tensor: DecoderTensor, _ stored: StoredMatrix) -> [Int]? {
    guard turnsNeighbours, stored.shape == configuration.shape(of: tensor) else { return nil }
    return configuration.rowsInGGUF(of: tensor)
  }

  public func forget(_ tensor: DecoderTensor) { file.forget(tensor.nameInGGUF) }
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

extension StoredMatrix {
  /// The outputs of a linear layer in the order of their numbers: rows of a weight, columns of a bias.
  func rows(inOrder numbers: [Int], of tensor: DecoderTensor) throws -> StoredMatrix {
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
