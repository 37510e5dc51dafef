internal import AffineFormats
internal import AffineLayers

extension WordPieceTokenizer {
  /// Makes the tokenizer of a folder, of `vocab.txt` or of `tokenizer.json`, which is all that newer
  /// folders have.
  ///
  /// - Throws: ``ModelFileError``: neither of them, files that contradict each other, or another tokenizer.
  init(_ folder: ModelFolder, _ configuration: BertConfiguration) throws(ModelFileError) {
    let rules = try BertTextRules(folder)
    let fast = try folder.optionalDocument("tokenizer.json")
    let names = try fast.map { document throws(ModelFileError) in try document.wordPieces() }
    let path = folder.path(of: "vocab.txt")
    let (file, longest) = (names == nil ? path : fast?.file ?? path, configuration.maximumTokens)
    do {
      if MappedFile.exists(path) {
        try self.init(vocabularyPath: path, maximumCount: longest, rules: rules)
      } else if let names {
        try self.init(vocabulary: names, maximumCount: longest, rules: rules)
      } else {
        throw ModelFileError.missing(file: path, what: "the tokens, as tokenizer.json would")
      }
    } catch let error as ModelFileError { throw error } catch TokenizerError.file(let error) {
      throw .file(error)
    } catch { throw .malformed(file: file, reason: "\(error)") }
    if let names, !names.elementsEqual(vocabulary, by: { $0.isSame(as: $1) }) {
      throw .malformed(file: path, reason: "its tokens are not those of tokenizer.json")
    }
    guard tokenCount <= configuration.encoder.vocabulary else {
      throw .malformed(
        file: file,
        reason: "it has \(tokenCount) tokens, and the model \(configuration.encoder.vocabulary)")
    }
  }
}

extension ModelSettings {
  /// The tokens of a `tokenizer.json`, in the order of their numbers.
  ///
  /// - Throws: ``ModelFileError``, also for a tokenizer that cuts texts or words otherwise than
  ///   ``WordPieceTokenizer``.
  func wordPieces() throws(ModelFileError) -> [String] {
    let (words, model) = (try part("pre_tokenizer"), try part("model"))
    for (part, field, expected) in [
      (words, "type", "BertPreTokenizer"), (model, "type", "WordPiece"),
      (model, "unk_token", "[UNK]"),
      (model, "continuing_subword_prefix", "##"),
    ] {
      let found = try part?.word(field) ?? "none"
      guard found == expected else {
        throw .unsupported(file: file, what: "the \(field) '\(found)' in place of '\(expected)'")
      }
    }
    let longest = try model?.requiredInt("max_input_chars_per_word")
    guard longest == 100 else {
      throw .unsupported(file: file, what: "words of up to \(longest ?? 0) characters and not 100")
    }
    guard let members = try model?.part("vocab")?.value.members else {
      throw .malformed(file: file, reason: "'vocab' is no object")
    }
    let names = try ordered(members)
    for token in try parts("added_tokens") ?? [] {
      let (name, number) = (try token.text("content") ?? "", try token.requiredInt("id"))
      guard names.indices.contains(number), names[number].isSame(as: name),
        WordPieceTokenizer.specialNames.contains(where: name.isSame)
      else {
        throw .unsupported(file: file, what: "the added token '\(name)' of number \(number)")
      }
    }
    return names
  }

  private func ordered(_ members: [(name: String, value: JSONValue)]) throws(ModelFileError)
    -> [String]
  {
    var names = [String?](repeating: nil, count: members.count)
    for (name, value) in members {
      guard case .integer(let number) = value, names.indices.contains(number), names[number] == nil
      else {
        throw .malformed(
          file: file, reason: "the tokens are not numbered from 0 to \(members.count - 1)")
      }
      names[number] = name
    }
    return names.compactMap(\.self)
  }
}
