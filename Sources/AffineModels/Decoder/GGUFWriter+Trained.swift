public import AffineFormats
public import AffineLayers
internal import AffineQuant

extension GGUFWriter {
  /// A model that was trained on from a file: the file's metadata and vocabulary, and the tensors as they are now.
  ///
  /// A tensor that has not changed keeps its bytes. Codes that no block holds, or whose scales it would round,
  /// become floats, and so do weights with the change of an adapter, which is added.
  ///
  /// - Parameters:
  ///   - trained: The model, of the file's configuration.
  ///   - file: What it was trained from.
  /// - Throws: What `trained` throws; ``AffineLayers/DecoderError``: tensors that are missing or of another
  ///   shape; ``AffineFormats/GGUFError``.
  public init(_ trained: some DecoderWeights, trainedFrom file: GGUFWeights) throws {
    self.init(metadata: file.file.metadata)
    var parts: [String: [DecoderTensor]] = [:]
    for tensor in file.configuration.tensors {
      parts[file.name(of: tensor), default: []].append(tensor)
    }
    var values: [GGUFTensorType: Int] = [:]
    for entry in file.file.tensors {
      guard let tensors = parts[entry.name] else {
        try copy(entry, from: file.file)
        continue
      }
      let type = try add(entry, tensors, trained, file)
      values[type, default: 0] += entry.shape.count
      for tensor in tensors { file.forget(tensor) }
    }
    nameType(ofMost: values)
  }

  /// Adds a tensor of the file, of which layers that are joined are parts.
  private mutating func add(
    _ entry: GGUFTensor, _ tensors: [DecoderTensor], _ trained: some DecoderWeights,
    _ file: GGUFWeights
  ) throws -> GGUFTensorType {
    var (now, isSame): ([StoredMatrix], Bool) = ([], true)
    // Of joined layers in the order of their rows.
    for tensor in file.configuration.inJoinedOrder(tensors, file.architecture) {
      var stored = try trained.required(tensor, file.configuration.shape(of: tensor))
      if case .weight(.linear) = tensor, let change = try trained.change(of: tensor.layer) {
        stored = .float32(Elementwise.add(stored.floats(), change.values(), on: .standard))
      }
      isSame = try isSame && file.tensor(tensor)?.floats() == stored.floats()
      now.append(
        try (try? file.inFileOrder(stored, of: tensor))
          ?? file.inFileOrder(.float32(stored.floats()), of: tensor))
    }
    if isSame {
      try copy(entry, from: file.file)
      return entry.type
    }
    if now.count == 1, case .codes(let codes) = now[0],
      let type = entry.type.holding(codes.quantizedType),
      (try? add(entry.name, codes, as: type)) != nil
    {
      return type
    }
    let bytes = now.map { $0.floats().values.bytes }
    try add(
      entry.name, .f32, dimensions: entry.dimensions,
      bytes: bytes.count == 1 ? bytes[0] : Buffer(bytes.flatMap(\.array)))
    return .f32
  }
}

extension DecoderConfiguration {
  fileprivate func inJoinedOrder(
    _ tensors: [DecoderTensor], _ architecture: Architecture
  ) -> [DecoderTensor] {
    func first(_ tensor: DecoderTensor) -> Int {
      rowsOfJoined(tensor, architecture)?.own.lowerBound ?? 0
    }
    return tensors.sorted { first($0) < first($1) }
  }
}
