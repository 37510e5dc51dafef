public import AffineFormats
internal import AffineQuant

/// The tensors of a model in a GGUF file.
public struct GGUFWeights: LlamaWeights {
  /// The file.
  public let file: GGUFFile
  public let configuration: LlamaConfiguration

  /// Reads the metadata of a file.
  ///
  /// - Throws: As ``LlamaConfiguration/init(_:)``.
  public init(_ file: GGUFFile) throws {
    self.file = file
    configuration = try LlamaConfiguration(file)
  }

  public var hasHead: Bool { file[LlamaTensor.head.nameInGGUF] != nil }

  public func tensor(_ tensor: LlamaTensor) throws -> StoredTensor? {
    let name = tensor.nameInGGUF
    guard let entry = file[name] else { return nil }
    let stored: StoredTensor =
      entry.type.quantizedType != nil
      ? .quantized(try file.quantized(name)) : .float(try file.matrix(name))
    guard turns(tensor, stored) else { return stored }
    return try stored.rows(inOrder: Self.splitHalves(stored.shape.rows, configuration.headSize))
  }

  /// A tensor's rows as a file has them: the inverse of what ``tensor(_:)`` does.
  func inFileOrder(_ stored: StoredTensor, of tensor: LlamaTensor) throws -> StoredTensor {
    guard turns(tensor, stored) else { return stored }
    let halves = Self.splitHalves(stored.shape.rows, configuration.headSize)
    var inverse = halves
    for (row, place) in halves.enumerated() { inverse[place] = row }
    return try stored.rows(inOrder: inverse)
  }

  private func turns(_ tensor: LlamaTensor, _ stored: StoredTensor) -> Bool {
    guard case .linear(_, let linear) = tensor, linear == .query || linear == .key else {
      return false
    }
    // Another shape is found out by who asks.
    return stored.shape.rows.isMultiple(of: configuration.headSize)
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
