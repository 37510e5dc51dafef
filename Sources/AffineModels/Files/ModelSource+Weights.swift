internal import AffineFormats
public import AffineLayers
public import AffineQuant

extension ModelSource: DecoderWeights {
  public func name(of tensor: DecoderTensor) -> String {
    switch weights {
    case .gguf(let weights): weights.name(of: tensor)
    case .folder(let weights): weights.name(of: tensor)
    }
  }

  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    switch weights {
    case .gguf(let weights): try weights.tensor(tensor)
    case .folder(let weights): try weights.tensor(tensor)
    }
  }

  public func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix? {
    switch weights {
    case .gguf(let weights): try weights.tensor(tensor, rows: rows)
    case .folder(let weights): try weights.tensor(tensor, rows: rows)
    }
  }

  public func inputFactors(of layer: DecoderLayer) throws -> Matrix<Float>? {
    try folderWeights?.inputFactors(of: layer)
  }

  public func divisors(of norm: DecoderLayer) throws -> Matrix<Float>? {
    try folderWeights?.divisors(of: norm)
  }

  public func weight(
    of layer: DecoderLayer, _ codes: AnyQuantized, on execution: Execution
  ) throws -> LinearWeight? {
    try folderWeights?.weight(of: layer, codes, on: execution)
  }

  var folderWeights: FolderWeights? {
    if case .folder(let weights) = weights { weights } else { nil }
  }

  public func change(of layer: DecoderLayer) -> LowRankChange? { changes[layer] }

  public func forget(_ tensor: DecoderTensor) {
    switch weights {
    case .gguf(let weights): weights.forget(tensor)
    case .folder(let weights): weights.forget(tensor)
    }
  }

  public func forget(_ tensor: DecoderTensor, rows: Range<Int>) {
    switch weights {
    case .gguf(let weights): weights.forget(tensor, rows: rows)
    case .folder(let weights): weights.forget(tensor, rows: rows)
    }
  }

  /// The GGUF file that was opened, if it is one.
  public var gguf: GGUFWeights? {
    if case .gguf(let weights) = weights { weights } else { nil }
  }

  /// Whether a path names what ``open(_:context:copies:)`` opens, and not a single file of safetensors.
  package static func isModel(_ path: String) -> Bool {
    if MappedFile.exists("\(path)/config.json") || path.hasSuffix(".safetensors.index.json") {
      return true
    }
    guard let bytes = try? MappedFile(path: path).bytes else { return false }
    return FileKind(bytes.span) == .gguf
  }

  /// Whether a path is that of a decoder's folder.
  package static func isDecoderFolder(_ path: String) -> Bool {
    ModelFolder(path: path).architecture.map { $0.encoder == nil } ?? false
  }

  /// What fixes the tokens of texts and of conversations, to tell a tokenizer from another.
  ///
  /// - Throws: ``ModelFileError`` or ``AffineFormats/GGUFError``.
  package func tokenizerContents() throws -> [UInt8] {
    switch weights {
    case .gguf(let weights):
      var metadata = GGUFMetadata()
      for key in weights.file.metadata.keys where key.begins(with: "tokenizer.") {
        metadata[key] = weights.file.metadata[key]
      }
      return try GGUFWriter(metadata: metadata).contents
    case .folder:
      let path = "\(folder)/tokenizer.json"
      do {
        let parts = [
          try MappedFile.contents(of: path), Array((try chatTemplate() ?? "").utf8),
          Array("\(try ends())".utf8),
        ]
        // Lengths first, so that no two lists of parts are one text.
        return Array("\(parts.map(\.count))".utf8) + parts.joined()
      } catch let error as FileError { throw ModelFileError.file(error) }
    }
  }
}
