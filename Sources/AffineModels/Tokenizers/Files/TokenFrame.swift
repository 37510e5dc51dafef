internal import AffineFormats

/// The tokens that a `tokenizer.json` puts around a text.
struct TokenFrame: Sendable {
  var (before, after): ([Int], [Int]) = ([], [])

  /// The token before a text, if that is all there is.
  var beginning: Int? { after.isEmpty && before.count == 1 ? before[0] : nil }
  var isEmpty: Bool { before.isEmpty && after.isEmpty }

  /// Tokens around a text; models have four at most.
  private static let most = 64

  /// Reads the post-processor.
  ///
  /// - Throws: ``ModelFileError`` or ``TokenizerError``: one that is not known here, numbers of no tokens, more of
  ///   them than models have.
  init(_ processor: ModelSettings?, count: Int) throws {
    guard let processor else { return }
    let type = try processor.word("type") ?? ""
    switch type {
    case "ByteLevel": break
    case "Sequence":
      guard case .array(let all) = processor.value("processors") else { break }
      let frames = try all.map {
        try TokenFrame(ModelSettings(file: processor.file, value: $0), count: count)
      }.filter { !$0.isEmpty }
      guard frames.count <= 1 else {
        throw ModelFileError.unsupported(
          file: processor.file, what: "several post-processors that add tokens")
      }
      if let frame = frames.first { self = frame }
    case "TemplateProcessing":
      guard case .array(let parts) = processor.value("single") else {
        throw Self.unsupported(processor, type)
      }
      let specials = try processor.part("special_tokens")
      var seen = false
      for part in parts {
        if part.member("Sequence") != nil {
          guard !seen else { throw Self.unsupported(processor, type) }
          seen = true
        } else {
          let name = part.member("SpecialToken")?.member("id")?.text ?? ""
          guard case .array(let ids) = specials?.value(name)?.member("ids") else {
            throw Self.unsupported(processor, type)
          }
          let found = before.count + after.count + ids.count
          guard found <= Self.most else {
            throw TokenizerError.tooMany(of: "tokens around a text", found: found, most: Self.most)
          }
          let tokens = ids.compactMap(\.wholeNumber)
          guard tokens.count == ids.count else { throw Self.unsupported(processor, type) }
          if seen { after += tokens } else { before += tokens }
        }
      }
      guard seen else { throw Self.unsupported(processor, type) }
    case "RobertaProcessing", "BertProcessing":
      guard let cls = Self.pair(processor, "cls"), let sep = Self.pair(processor, "sep") else {
        throw Self.unsupported(processor, type)
      }
      (before, after) = ([cls], [sep])
    default: throw Self.unsupported(processor, type)
    }
    for token in before + after where !(0..<count).contains(token) {
      throw TokenizerError.noSuchToken(token, role: "post-processor", count: count)
    }
  }

  /// The number in a pair of a name and a number.
  private static func pair(_ processor: ModelSettings, _ name: String) -> Int? {
    guard case .array(let parts) = processor.value(name), parts.count == 2,
      case .integer(let token) = parts[1]
    else { return nil }
    return token
  }

  private static func unsupported(_ processor: ModelSettings, _ type: String) -> ModelFileError {
    .unsupported(file: processor.file, what: "the post-processor '\(type)' as it is")
  }
}

/// A tokenizer that puts several tokens around a text.
struct FramedTokenizer: LanguageTokenizer {
  var inner: any LanguageTokenizer
  let frame: TokenFrame
  /// The most tokens of a text, those around it included; what goes beyond is cut off.
  var maximumCount = Int.max

  var bosToken: Int? { frame.before.first ?? inner.bosToken }
  var eosToken: Int? { frame.after.last ?? inner.eosToken }
  var ends: Set<Int> { inner.ends.union([eosToken].compactMap(\.self)) }
  var tokenCount: Int { inner.tokenCount }

  func tokens(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [Int] {
    let tokens = inner.tokens(text, addSpecial: false, parseSpecial: parseSpecial)
    let most = maximumCount - (addSpecial ? frame.before.count + frame.after.count : 0)
    let kept = tokens.prefix(max(most, 0))
    return addSpecial ? frame.before + kept + frame.after : Array(kept)
  }

  func bytes(of token: Int, isFirst: Bool, showSpecial: Bool) -> [UInt8] {
    inner.bytes(of: token, isFirst: isFirst, showSpecial: showSpecial)
  }
}

extension JSONValue {
  /// The whole number, if it is one.
  var wholeNumber: Int? { if case .integer(let number) = self { number } else { nil } }
}
