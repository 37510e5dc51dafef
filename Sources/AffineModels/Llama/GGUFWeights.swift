public import AffineFormats
internal import AffineQuant

/// The tensors of a model in a GGUF file.
public struct GGUFWeights: LlamaWeights {
  /// The file.
  public private(set) var file: GGUFFile
  public let configuration: LlamaConfiguration

  /// Reads the metadata of a file.
  ///
  /// - Throws: As ``LlamaConfiguration/init(_:)``.
  public init(_ file: GGUFFile) throws {
    self.file = file
    configuration = try LlamaConfiguration(file)
    try requireNothingElse()
  }

  /// What nobody reads would be missing from what the model computes.
  private func requireNothingElse() throws(LlamaError) {
    let known = Set(LlamaTensor.all(layers: configuration.layers).map(\.nameInGGUF))
      .union([LlamaConfiguration.divisorsName])
    for tensor in file.tensors {
      guard tensor.name.utf8.allSatisfy({ $0 < 0x80 }), known.contains(tensor.name) else {
        throw .unusedTensor(tensor.name, layers: configuration.layers)
      }
    }
  }

  /// Takes the vocabulary, which was read, out of the file's metadata.
  public mutating func forgetTexts() { file.forgetTexts() }

  public func has(_ tensor: LlamaTensor) -> Bool { file[tensor.nameInGGUF] != nil }

  public func name(of tensor: LlamaTensor) -> String { tensor.nameInGGUF }

  public func tensor(_ tensor: LlamaTensor) throws -> StoredTensor? {
    let name = tensor.nameInGGUF
    guard let entry = file[name] else { return nil }
    let stored: StoredTensor =
      entry.type.quantizedType != nil
      ? .quantized(try file.quantized(name)) : .float(try file.matrix(name))
    guard let rows = turningRows(tensor, stored) else { return stored }
    return try stored.rows(inOrder: Self.splitHalves(rows, configuration.headSize), of: tensor)
  }

  /// A tensor's rows as a file has them: the inverse of what ``tensor(_:)`` does.
  func inFileOrder(_ stored: StoredTensor, of tensor: LlamaTensor) throws -> StoredTensor {
    guard let rows = turningRows(tensor, stored) else { return stored }
    let halves = Self.splitHalves(rows, configuration.headSize)
    var inverse = halves
    for (row, place) in halves.enumerated() { inverse[place] = row }
    return try stored.rows(inOrder: inverse, of: tensor)
  }

  /// How many outputs of queries or keys a tensor has, if it has those; a bias has them in one row.
  private func turningRows(_ tensor: LlamaTensor, _ stored: StoredTensor) -> Int? {
    let rows: Int
    switch tensor {
    case .linear(_, .query), .linear(_, .key): rows = stored.shape.rows
    case .bias(_, .query), .bias(_, .key): rows = stored.shape.columns
    default: return nil
    }
    // Another shape is found out by who asks.
    return rows.isMultiple(of: configuration.headSize) ? rows : nil
  }

  public func forget(_ tensor: LlamaTensor) { file.forget(tensor.nameInGGUF) }

  /// Where rows lie in a GGUF file, in which columns 2 i and 2 i + 1 of a head turn together.
  static func splitHalves(_ rows: Int, _ headSize: Int) -> [Int] {
    (0..<rows).map { row in
      let (first, place, half) = (row / headSize * headSize, row % headSize, headSize / 2)
      return first + 2 * (place % half) + place / half
    }
  }
}

extension StoredTensor {
  /// The outputs of a linear layer in the order of their numbers: rows of a weight, columns of a bias.
  fileprivate func rows(inOrder numbers: [Int], of tensor: LlamaTensor) throws -> StoredTensor {
    guard case .bias = tensor else { return try rows(inOrder: numbers) }
    let bias = values
    return .float(Matrix(rows: bias.shape.rows, columns: numbers.count) { bias[$0, numbers[$1]] })
  }
}
