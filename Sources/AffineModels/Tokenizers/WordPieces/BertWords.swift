/// How the texts of a BERT model are cut into words.
public struct BertTextRules: Sendable, Hashable {
  /// Whether letters become small.
  public var lowercases = true
  /// Whether accents are taken away.
  public var stripsAccents = true
  /// Whether Chinese characters are words of their own.
  public var partsChinese = true

  /// Those of uncased models.
  public init() {}
}

/// Cuts a text into the words of BERT's models.
///
/// Controls are dropped and punctuation stands alone; as the rules say, Chinese characters stand alone,
/// accents are taken away (normalization form D without category Mn) and letters are small.
struct BertWords {
  let rules: BertTextRules
  /// The UTF-8 of the word that is being read, and the characters it has.
  private(set) var word: [UInt8] = []
  private(set) var characterCount = 0
  /// Marks that stay, not yet in the order of their combining classes.
  private var marks: [Unicode.Scalar] = []

  init(_ rules: BertTextRules) { self.rules = rules }

  /// Calls `body` with the UTF-8 of each word and the number of its characters, until it says that it
  /// has enough.
  mutating func forEachWord(
    of text: String.UnicodeScalarView.SubSequence, _ body: ([UInt8], Int) -> Bool
  ) {
    for scalar in text {
      guard read(scalar, body) else { return }
    }
    _ = end(body)
  }

  /// Reads one character; false if no more is wanted.
  private mutating func read(_ scalar: Unicode.Scalar, _ body: ([UInt8], Int) -> Bool) -> Bool {
    // Most texts are ASCII for the most part: no look at tables for that.
    if (0x21...0x7e).contains(scalar.value) { return putMarks(body) && put(scalar, body) }
    if scalar == " " { return end(body) }
    if BertCharacter.isDropped(scalar) { return true }
    if scalar.properties.isWhitespace { return end(body) }
    let isChinese = rules.partsChinese && BertCharacter.isChinese(scalar)
    if isChinese, !end(body) { return false }
    guard rules.stripsAccents else {
      return put(scalar, body) && (!isChinese || end(body))
    }
    var isWanted = true
    for base in Decompositions.parts(of: scalar) where isWanted {
      isWanted = order(base, body)
    }
    return isWanted && (!isChinese || end(body))
  }

  /// Holds marks back until all up to the next base are known; accents are dropped only then, for one
  /// of class 0 keeps those before it from those after it.
  private mutating func order(_ scalar: Unicode.Scalar, _ body: ([UInt8], Int) -> Bool) -> Bool {
    let isAccent = scalar.value >= 0x300 && BertCharacter.isAccent(scalar)
    guard scalar.value < 0x300 || scalar.combiningClass == 0 else {
      if !isAccent { marks.append(scalar) }
      return true
    }
    return putMarks(body) && (isAccent || put(scalar, body))
  }

  private mutating func putMarks(_ body: ([UInt8], Int) -> Bool) -> Bool {
    guard !marks.isEmpty else { return true }
    let ordered = marks.enumerated().sorted {
      ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
    }
    marks = []
    for mark in ordered where !put(mark.element, body) { return false }
    return true
  }

  /// Adds a character to the word, or makes it a word.
  private mutating func put(_ scalar: Unicode.Scalar, _ body: ([UInt8], Int) -> Bool) -> Bool {
    guard !BertCharacter.isPunctuation(scalar) else {
      guard endWord(body) else { return false }
      append(scalar)
      return endWord(body)
    }
    if scalar.value < 0x80 {
      let isCapital = rules.lowercases && (0x41...0x5a).contains(scalar.value)
      word.append(UInt8(scalar.value) | (isCapital ? 0x20 : 0))
      characterCount += 1
    } else if !rules.lowercases {
      append(scalar)
    } else {
      for small in scalar.properties.lowercaseMapping.unicodeScalars { append(small) }
    }
    return true
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    characterCount += 1
  }

  private mutating func end(_ body: ([UInt8], Int) -> Bool) -> Bool {
    putMarks(body) && endWord(body)
  }

  private mutating func endWord(_ body: ([UInt8], Int) -> Bool) -> Bool {
    guard !word.isEmpty else { return true }
    defer {
      word.removeAll(keepingCapacity: true)
      characterCount = 0
    }
    return body(word, characterCount)
  }
}

extension Unicode.Scalar {
  fileprivate var combiningClass: UInt8 { properties.canonicalCombiningClass.rawValue }
}
