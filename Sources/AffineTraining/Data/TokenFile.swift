internal import AffineFormats
public import AffineQuant

/// The tokens of a text, or of documents, in a file that is mapped.
///
/// A safetensors file: `tokens` (I32), `ends` of documents (I64), and where not every token is taught, a bit
/// a token in `taught` (U8, the first token in the lowest bit). Its metadata name what it was made of.
public struct TokenFile: Sendable {
  /// What tokens were made of.
  public struct Source: Sendable, Hashable {
    /// FNV-1a of the text, and of what the tokenizer and the template are.
    public var text, tokenizer: UInt64
    /// Tokens that there may be.
    public var vocabulary: Int
    /// What every window of a text begins with: the token that begins sequences, or nothing.
    public var prefix: [Int]
    /// Whether the text was a list of documents.
    public var isDocuments: Bool

    /// Collects the five.
    public init(
      text: UInt64, tokenizer: UInt64, vocabulary: Int, prefix: [Int], isDocuments: Bool = false
    ) {
      self.isDocuments = isDocuments
      self.text = text
      self.tokenizer = tokenizer
      self.vocabulary = vocabulary
      self.prefix = prefix
    }
  }

  /// What they were made of.
  public let source: Source
  let tokens: Buffer<Int32>
  /// Where each document ends; none: one text that goes on.
  let ends: Buffer<Int64>
  /// A bit a token; `nil`: all are taught.
  private let taught: Buffer<UInt8>?

  static let version = "1"

  /// Maps a file.
  ///
  /// - Throws: ``CorpusError/tokens(_:)`` for a file that is none, or contradicts itself.
  public init(path: String) throws(CorpusError) {
    do { try self.init(SafeTensorsFile(path: path)) } catch let error as CorpusError {
      throw error
    } catch { throw .tokens("'\(path)': \(error)") }
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``CorpusError/tokens(_:)``.
  public init(contents: Buffer<UInt8>) throws(CorpusError) {
    do { try self.init(SafeTensorsFile(contents: contents)) } catch let error as CorpusError {
      throw error
    } catch { throw .tokens("\(error)") }
  }

  private init(_ file: SafeTensorsFile) throws {
    let metadata = file.header.metadata
    guard metadata[Key.version] == Self.version,
      let text = metadata[Key.text].flatMap({ UInt64($0, radix: 16) }),
      let tokenizer = metadata[Key.tokenizer].flatMap({ UInt64($0, radix: 16) }),
      let vocabulary = metadata[Key.vocabulary].flatMap({ Int($0) }),
      let words = metadata[Key.prefix]
    else { throw CorpusError.tokens("a file that is no file of tokens of version \(Self.version)") }
    let prefix = words.split(separator: " ").map { Int($0) ?? -1 }
    source = Source(
      text: text, tokenizer: tokenizer, vocabulary: vocabulary, prefix: prefix,
      isDocuments: file.header["ends"]?.shape != [0])
    tokens = try file.numbers("tokens", .int32)
    ends = try file.numbers("ends", .int64)
    let hasMask = file.header["taught"] != nil
    taught = hasMask ? try file.numbers("taught", .uint8) : nil
    try check()
  }

  private func check() throws(CorpusError) {
    let (all, count) = (tokens.span, tokens.count)
    for index in all.indices where all[index] < 0 || Int(all[index]) >= source.vocabulary {
      throw .tokens("token \(all[index]) is outside a vocabulary of \(source.vocabulary)")
    }
    for token in source.prefix where token < 0 || token >= source.vocabulary {
      throw .tokens("token \(token) is outside a vocabulary of \(source.vocabulary)")
    }
    var last: Int64 = 0
    for end in ends.array {
      guard end >= last, end <= count else {
        throw .tokens("a document ends at \(end), after \(last), of \(count) tokens")
      }
      last = end
    }
    guard ends.count == 0 || last == count else {
      throw .tokens("documents end at \(last) of \(count) tokens")
    }
    if let taught, taught.count != (count + 7) / 8 {
      throw .tokens("\(taught.count) bytes of bits do not belong to \(count) tokens")
    }
    if let taught, count & 7 != 0, taught[count >> 3] >> UInt8(count & 7) != 0 {
      throw .tokens("bits beyond those of \(count) tokens are set")
    }
  }

  /// How many tokens there are.
  public var count: Int { tokens.count }

  /// How many documents there are; 0: one text that goes on.
  public var documentCount: Int { ends.count }

  /// Whether a model is taught a token.
  func isTaught(_ place: Int) -> Bool {
    taught.map { $0[place >> 3] >> UInt8(place & 7) & 1 == 1 } ?? true
  }

  /// The tokens of a document.
  func document(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  enum Key {
    static let version = "affine.tokens", text = "text", tokenizer = "tokenizer"
    static let vocabulary = "vocabulary", prefix = "prefix"
  }
}

extension SafeTensorsFile {
  fileprivate func numbers<Element: BitwiseCopyable & Sendable>(
    _ name: String, _ element: TensorElement
  ) throws -> Buffer<Element> {
    guard let entry = header[name], entry.element == element, entry.shape.count == 1 else {
      throw CorpusError.tokens("a file without a list '\(name)' of \(element.rawValue)")
    }
    return try bytes(of: name).viewed(as: Element.self)
  }
}
