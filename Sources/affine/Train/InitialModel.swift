import AffineDistributed
import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining

/// A model of a file or a folder that training starts from, with its tokenizer.
struct InitialModel {
  /// What is trained.
  enum Files {
    /// To foresee tokens.
    case decoder(ModelSource)
    /// To give texts that say the same embeddings near each other.
    case encoder(TextEmbedder)
  }

  let path: String
  let files: Files
  let tokenizer: any LanguageTokenizer
  /// Tokens of a window.
  let sequence: Int
  /// Of its configuration and tensors.
  let digest: String

  /// Tokens of a window, where nobody says and the model has so many.
  private static let usualSequence = 256

  init(_ path: String, sequence: Int?, copies: Bool) throws {
    self.path = path
    let context: Int
    do {
      if TextEmbedder.isEncoder(path) {
        let embedder = try TextEmbedder(folder: path, copies: true)
        let weights = BertWeights(embedder.model)
        (files, tokenizer) = (.encoder(embedder), embedder.tokenizer)
        (digest, context) = (try weights.digest(), weights.configuration.context)
      } else {
        let source = try ModelSource.open(
          path, context: sequence ?? Self.usualSequence, copies: copies)
        try source.requireDecoder()
        (files, tokenizer) = (.decoder(source), try source.tokenizer())
        (digest, context) = (try source.digest(), source.configuration.context)
      }
    } catch { throw Failure("'\(path)': \(error)") }
    self.sequence = sequence ?? min(Self.usualSequence, context)
    if Ranks.isFirst, case .decoder(let source) = files {
      try source.leftOut.sayLeftOut(of: path)
    }
  }

  /// The model under a recipe, or a frozen one for adapters.
  func transformer(
    _ recipe: Recipe, dropout: Float, base: BaseFormat?, on execution: Execution,
    with parallel: GradientExchange?
  ) throws -> Transformer {
    func made(of weights: some DecoderWeights) throws -> Transformer {
      switch base {
      case .file: try Transformer(weights, dropout: dropout, with: parallel)
      case .type(let type):
        try Transformer(
          weights, dropout: dropout, recipe: recipe, linearsAs: type, on: execution, with: parallel)
      case nil:
        try Transformer(
          weights, dropout: dropout, recipe: recipe, on: execution, with: parallel)
      }
    }
    var model: Transformer
    do {
      switch files {
      case .decoder(let source): model = try made(of: source)
      case .encoder(let embedder): model = try made(of: BertWeights(embedder.model))
      }
    } catch { throw Failure("'\(path)': \(error)") }
    model.origin = digest
    SpareMemory.giveBack()
    return model
  }

  /// The tokens of a text, or of the documents of JSON lines: those of a file of tokens, if there is one.
  func corpus(
    _ text: String, tokens path: String?, overwrite: Bool
  ) throws -> any TrainingCorpus {
    switch files {
    case .decoder(let source):
      return try corpus(text, source, tokens: path, overwrite: overwrite)
    case .encoder(let embedder):
      guard path == nil else {
        throw Failure(
          "--token-file keeps those that a decoder foresees, and '\(self.path)' is an encoder")
      }
      return try pairs(of: text, embedder)
    }
  }

  private func corpus(
    _ text: String, _ model: ModelSource, tokens path: String?, overwrite: Bool
  ) throws -> TokenCorpus {
    let (bytes, contents) = (try MappedFile(path: text).bytes, try model.tokenizerContents())
    let source = TokenFile.Source(
      text: bytes.span.digest, tokenizer: contents.span.digest,
      vocabulary: model.configuration.vocabulary,
      // Every window of a text begins as texts do.
      prefix: tokenizer.tokens("").first.flatMap { $0 == tokenizer.bosToken ? [$0] : nil } ?? [],
      isDocuments: Self.areDocuments(text))
    if let path, let known = try known(path, source, overwrite) {
      return try TokenCorpus(known, sequence: sequence)
    }
    let builder = try tokens(of: text, source, template: try model.chatTemplate())
    guard let path else { return try TokenCorpus(builder.file(), sequence: sequence) }
    try builder.write(to: path)
    return try TokenCorpus(TokenFile(path: path), sequence: sequence)
  }

  static func areDocuments(_ path: String) -> Bool { path.lowercased().hasSuffix(".jsonl") }

  /// Tokens that were kept, unless they are there no more or may be replaced.
  private func known(
    _ path: String, _ source: TokenFile.Source, _ overwrite: Bool
  ) throws -> TokenFile? {
    guard MappedFile.exists(path) else { return nil }
    let stale: CorpusError
    do throws(CorpusError) { return try TokenFile(path: path, of: source) } catch { stale = error }
    guard overwrite else { throw Failure("\(stale): --overwrite replaces it") }
    return nil
  }

  private func tokens(
    of path: String, _ source: TokenFile.Source, template: String?
  ) throws -> TokenFileBuilder {
    var builder = TokenFileBuilder(source)
    let contents = try MappedFile.contents(of: path)
    guard Self.areDocuments(path) else {
      guard let text = String(validating: contents, as: UTF8.self) else {
        throw Failure("'\(path)' is not UTF-8")
      }
      builder.continueText(tokenizer.tokens(text, addSpecial: false, parseSpecial: false))
      return builder
    }
    let template = try template.map { try ChatTemplate($0) }
    do {
      for (line, document) in try TrainingDocument.lines(contents) {
        switch document {
        case .text(let text):
          let taught = TaughtTokens(text, tokenizer)
          builder.append(taught.tokens)
        case .messages(let messages):
          guard let template else { throw FineTuningError.noTemplate }
          let taught: TaughtTokens
          do { taught = try TaughtTokens(messages, template, tokenizer) } catch {
            throw Failure("line \(line): \(error)")
          }
          builder.append(taught.tokens, isTaught: taught.isTaught)
        case .pair:
          throw Failure("line \(line): a decoder is not taught by pairs of anchor and positive")
        }
      }
    } catch { throw Failure("'\(path)': \(error)") }
    return builder
  }
}

/// What frozen weights beside adapters are kept as.
enum BaseFormat {
  /// As the model's file has them.
  case file
  /// Linear layers in codes of a type.
  case type(QuantizedType)

  init(name: String) throws {
    if name == "file" {
      self = .file
      return
    }
    self = .type(try QuantizedType.named(name))
  }
}
