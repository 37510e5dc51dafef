internal import AffineFormats

/// The tokens of a `tokenizer.json`: those of its model, and those added to it.
struct FileTokens {
  /// By number, what they are called and their kinds.
  private(set) var names: [String]
  private(set) var kinds: [Int]
  /// By number, the scores of a model that has them.
  private(set) var scores: [Double] = []
  /// By number, where added tokens may stand, if anything is said of that.
  private(set) var rules: [Int: AddedTokenRule] = [:]

  /// - Throws: ``ModelFileError``: numbers that leave gaps no added token fills, or are none.
  init(_ settings: ModelSettings, _ model: ModelSettings) throws {
    let file = settings.file
    let added = try settings.parts("added_tokens") ?? []
    var names: [String?]
    if case .array(let pieces) = model.value("vocab") {
      var scores: [Double] = []
      names = try pieces.enumerated().map { number, piece in
        guard case .array(let pair) = piece, pair.count == 2, let name = pair[0].text,
          let score = pair[1].score
        else {
          throw ModelFileError.malformed(
            file: file, reason: "piece \(number) is no name with a finite score")
        }
        scores.append(score)
        return name
      }
      self.scores = scores
    } else {
      names = try Self.numbered(model, file)
    }
    let count = names.count
    names += [String?](repeating: nil, count: added.count)
    kinds = names.map { ($0 == nil ? TokenKind.unused : .normal).rawValue }
    for token in added {
      let (name, number) = (try token.text("content") ?? "", try token.requiredInt("id"))
      guard names.indices.contains(number), names[number]?.isSame(as: name) ?? true else {
        throw ModelFileError.malformed(
          file: file, reason: "the added token '\(name)' has the number \(number)")
      }
      let rule = AddedTokenRule(
        stripsLeft: try token.flag("lstrip") ?? false,
        stripsRight: try token.flag("rstrip") ?? false,
        isSingleWord: try token.flag("single_word") ?? false)
      if !rule.isPlain { rules[number] = rule }
      let isSpecial = try token.flag("special") ?? false
      (names[number], kinds[number]) = (
        name, (isSpecial ? TokenKind.control : TokenKind.userDefined).rawValue
      )
    }
    let used = max((names.lastIndex { $0 != nil } ?? -1) + 1, scores.isEmpty ? 0 : count)
    self.names = names[..<used].map { $0 ?? "" }
    kinds = Array(kinds[..<used])
  }

  private static func numbered(_ model: ModelSettings, _ file: String) throws -> [String?] {
    guard let members = model.value("vocab")?.members else {
      throw ModelFileError.malformed(file: file, reason: "'vocab' is no object")
    }
    // Numbers of added tokens may lie among the others.
    let most = members.reduce(0) { max($0, $1.value.wholeNumber ?? 0) }
    guard most < members.count + (1 << 20) else {
      throw ModelFileError.malformed(
        file: file, reason: "there are \(members.count) tokens and one of number \(most)")
    }
    var names = [String?](repeating: nil, count: members.isEmpty ? 0 : max(most + 1, members.count))
    for (name, value) in members {
      guard let number = value.wholeNumber, names.indices.contains(number), names[number] == nil
      else {
        throw ModelFileError.malformed(
          file: file, reason: "the token '\(name)' has the number \(value.serialized)")
      }
      names[number] = name
    }
    return names
  }
}
