internal import AffineFormats
internal import AffineQuant

/// Collects the tokens of a ``TokenFile``.
public struct TokenFileBuilder: Sendable {
  /// What tokens are made of.
  public let source: TokenFile.Source
  private var tokens: [Int32] = []
  private var ends: [Int64] = []
  private var taught: [UInt8] = []
  private var teachesAll = true

  /// Starts with no tokens.
  public init(_ source: TokenFile.Source) { self.source = source }

  /// Adds a document.
  ///
  /// - Parameters:
  ///   - document: Its tokens.
  ///   - isTaught: As many; `nil`: all are taught.
  /// - Precondition: Every token is at least 0 and below the vocabulary.
  public mutating func append(_ document: [Int], isTaught: [Bool]? = nil) {
    precondition(isTaught?.count ?? document.count == document.count, "a mask of another length")
    for (index, token) in document.enumerated() {
      precondition((0..<source.vocabulary).contains(token), "token \(token)")
      if tokens.count & 7 == 0 { taught.append(0) }
      if isTaught?[index] ?? true {
        taught[taught.count - 1] |= 1 << UInt8(tokens.count & 7)
      } else {
        teachesAll = false
      }
      tokens.append(Int32(token))
    }
    ends.append(Int64(tokens.count))
  }

  /// Adds to one text that goes on, in place of documents.
  public mutating func continueText(_ text: [Int]) {
    append(text)
    ends = []
  }

  /// Writes the file under a temporary name, flushes and renames it.
  ///
  /// - Throws: ``CorpusError/tokens(_:)``: the system's error; an old file is untouched then.
  public func write(to path: String) throws(CorpusError) {
    do { try writer().write(to: path) } catch { throw .tokens("'\(path)': \(error)") }
  }

  /// The same in memory.
  ///
  /// - Throws: ``CorpusError/tokens(_:)``.
  public func file() throws(CorpusError) -> TokenFile {
    do { return try TokenFile(contents: Buffer(writer().contents)) } catch let error as CorpusError
    {
      throw error
    } catch { throw .tokens("\(error)") }
  }

  private func writer() throws(SafeTensorsError) -> SafeTensorsWriter {
    var writer = SafeTensorsWriter()
    writer.metadata[TokenFile.Key.version] = TokenFile.version
    writer.metadata[TokenFile.Key.text] = String(source.text, radix: 16)
    writer.metadata[TokenFile.Key.tokenizer] = String(source.tokenizer, radix: 16)
    writer.metadata[TokenFile.Key.vocabulary] = "\(source.vocabulary)"
    writer.metadata[TokenFile.Key.prefix] = source.prefix.map { "\($0)" }.joined(separator: " ")
    try writer.add("tokens", .int32, shape: [tokens.count], bytes: Buffer(tokens).bytes)
    try writer.add("ends", .int64, shape: [ends.count], bytes: Buffer(ends).bytes)
    if !teachesAll {
      try writer.add("taught", .uint8, shape: [taught.count], bytes: Buffer(taught))
    }
    return writer
  }
}
