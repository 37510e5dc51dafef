import AffineFormats
import AffineLayers
import AffineModels
import AffineTraining

extension InitialModel {
  /// The folder of an encoder, if it is one.
  private var encoder: TextEmbedder? {
    if case .encoder(let embedder) = files { embedder } else { nil }
  }

  /// The GGUF file, if it is one.
  var gguf: GGUFWeights? {
    if case .decoder(let source) = files { source.gguf } else { nil }
  }

  /// Finds out whether ``writeFolder(of:to:)`` can describe a model.
  func checkFolder(of model: Transformer) throws {
    switch files {
    case .decoder(let source): try source.checkFolder(of: model.configuration)
    case .encoder: try TextEmbedder.checkFolder(like: path)
    }
  }

  /// Writes a trained model as a folder of Hugging Face.
  func writeFolder(of model: Transformer, to path: String) throws {
    switch files {
    case .decoder(let source): try source.writeFolder(model, to: path)
    case .encoder: try TextEmbedder.writeFolder(model, like: self.path, to: path)
    }
  }

  /// Writes trained adapters as a folder.
  func writeAdapters(of model: Transformer, to path: String) throws {
    if case .decoder(let source) = files { try source.writeAdapters(of: model, to: path) }
  }

  /// Refuses what only decoders have.
  func check(exportsAdapters: Bool, dropout: Float, text: String) throws {
    guard encoder != nil else { return }
    guard !exportsAdapters else {
      throw Failure(
        "--export-adapters is for decoders: --export adds those of an encoder to its weights")
    }
    guard dropout > 0 || Self.areDocuments(text) else {
      throw Failure(
        "a text that is compared with itself needs --dropout, or --text pairs in JSON lines: "
          + #"{"anchor": …, "positive": …}"#)
    }
  }

  /// The pairs of JSON lines, or each line of a text beside itself, which dropout makes two.
  func pairs(of path: String, _ embedder: TextEmbedder) throws -> PairCorpus {
    let contents = try MappedFile.contents(of: path)
    var pairs: [PairCorpus.Pair] = []
    let longest = min(sequence / 2, embedder.model.configuration.maximumTokens)
    guard longest > 2 else { throw Failure("windows of \(sequence) tokens have no room for pairs") }
    func add(_ first: String, _ second: String, _ line: Int) throws {
      for text in [first, second] where text.allSatisfy(\.isWhitespace) {
        throw Failure("line \(line): an empty text")
      }
      pairs.append(
        PairCorpus.Pair(
          embedder.tokens(first, atMost: longest), embedder.tokens(second, atMost: longest)))
    }
    do {
      if Self.areDocuments(path) {
        for (line, document) in try TrainingDocument.lines(contents) {
          guard case .pair(let first, let second) = document else {
            throw Failure("line \(line): an encoder is taught by pairs of anchor and positive")
          }
          try add(first, second, line)
        }
      } else {
        let lines = try affine.text(of: path).lines(of: path, omittingEmpty: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
          try add(line, line, index + 1)
        }
      }
      return try PairCorpus(
        pairs, vocabulary: embedder.model.configuration.encoder.vocabulary, sequence: sequence,
        text: contents.span.digest, tokenizer: try tokenizerDigest(embedder))
    } catch { throw Failure("'\(path)': \(error)") }
  }

  /// A digest of the files that say what tokens are.
  private func tokenizerDigest(_ embedder: TextEmbedder) throws -> UInt64 {
    var bytes: [UInt8] = []
    for name in [
      "tokenizer.json", "tokenizer_config.json", "vocab.txt", "sentence_bert_config.json",
    ] {
      let file = "\(path)/\(name)"
      guard MappedFile.exists(file) else { continue }
      let contents = try MappedFile.contents(of: file)
      // Lengths, so that no two lists of files are one text.
      bytes += Array("\(name) \(contents.count) ".utf8) + contents
    }
    return bytes.span.digest
  }
}
