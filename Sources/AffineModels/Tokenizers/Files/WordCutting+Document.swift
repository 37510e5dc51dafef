internal import AffineFormats

extension WordCutting {
  /// The parts of a `tokenizer.json` that say how texts become words.
  struct Document {
    var normalizer = JSONValue.null
    let preTokenizer, decoder: JSONValue
    var keepsWholeTokens = false
  }

  /// The parts that cut as a name of GGUF files does.
  ///
  /// - Throws: ``ModelFileError/unsupported(file:what:)`` or ``TokenizerError``: a name whose words no file cuts
  ///   alike that is read here.
  static func document(_ name: String) throws -> Document {
    let rule = try PreTokenizer(name)
    let steps: [JSONValue]
    if rule.splits == [.gpt2] {
      steps = [byteLevel(cuts: true)]
    } else if rule.splits == [.numbers, .gpt2] {
      steps = [.typed("Digits", ("individual_digits", .boolean(true))), byteLevel(cuts: true)]
    } else if let expression = expressions.first(where: {
      rule.splits == [.llama3(longestNumber: $0.longestNumber)]
    }) {
      let pattern = JSONValue.object([(name: "Regex", value: .string(expression.text))])
      steps = [
        .typed(
          "Split", ("pattern", pattern), ("behavior", .string("Isolated")),
          ("invert", .boolean(false))), byteLevel(cuts: false),
      ]
    } else {
      throw ModelFileError.unsupported(
        file: "tokenizer.json", what: "texts cut into words as '\(name)' does")
    }
    return Document(
      preTokenizer: steps.count == 1
        ? steps[0] : .typed("Sequence", ("pretokenizers", .array(steps))),
      decoder: byteLevel(cuts: true), keepsWholeTokens: rule.keepsWholeTokens)
  }

  private static func byteLevel(cuts: Bool) -> JSONValue {
    .typed(
      "ByteLevel", ("add_prefix_space", .boolean(false)), ("trim_offsets", .boolean(true)),
      ("use_regex", .boolean(cuts)))
  }
}

extension SpaceRule {
  /// The parts of a `tokenizer.json` that merges whole texts, with a space before them or none.
  static func document(addsSpace: Bool) -> WordCutting.Document {
    let (space, word) = (JSONValue.string("\u{2581}"), JSONValue.string(" "))
    func pattern(_ text: JSONValue) -> JSONValue { .object([(name: "String", value: text)]) }
    var steps: [JSONValue] = [
      .typed("Replace", ("pattern", pattern(space)), ("content", word)),
      .typed("ByteFallback"), .typed("Fuse"),
    ]
    if addsSpace {
      steps.append(
        .typed("Strip", ("content", word), ("start", .integer(1)), ("stop", .integer(0))))
    }
    let decoder = JSONValue.typed("Sequence", ("decoders", .array(steps)))
    guard addsSpace else {
      return WordCutting.Document(
        normalizer: .typed("Replace", ("pattern", pattern(word)), ("content", space)),
        preTokenizer: .null, decoder: decoder)
    }
    return WordCutting.Document(
      preTokenizer: .typed(
        "Metaspace", ("replacement", space), ("prepend_scheme", .string("first")),
        ("split", .boolean(false))), decoder: decoder)
  }
}

extension JSONValue {
  /// An object with its type and other members.
  fileprivate static func typed(_ type: String, _ members: (String, JSONValue)...) -> JSONValue {
    .object([(name: "type", value: .string(type))] + members.map { (name: $0.0, value: $0.1) })
  }
}
