/// One rule that cuts a text into pieces; several are applied one inside the other.
///
/// Each is a regular expression of llama.cpp, by hand; what it does not match stays in one piece.
enum Split: Sendable, Equatable {
  /// `\p{N}`
  case numbers
  /// `\p{N}+`
  case numberRuns
  /// `[0-9][0-9][0-9]`
  case digitTriples
  /// `[\p{P}$+<=>^~|]+`
  case punctuationRuns
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|
  /// \s*[\r\n]+|\s+(?!\S)|\s+` with n = `longestNumber`
  case llama3(longestNumber: Int)

  /// Where the piece that begins at `start` ends: after it, at `limit` at the latest.
  func end(_ text: ClassifiedText, from start: Int, limit: Int) -> Int {
    switch self {
    case .numbers: Self.runEnd(text, start, limit, isSingle: true) { $0 == .number }
    case .numberRuns: Self.runEnd(text, start, limit, isSingle: false) { $0 == .number }
    case .digitTriples: Self.tripleEnd(text, start, limit)
    case .punctuationRuns: Self.punctuationEnd(text, start, limit)
    case .gpt2: WordRules.gpt2End(text, start, limit)
    case .llama3(let longest): WordRules.llama3End(text, start, limit, longestNumber: longest)
    }
  }

  /// One character of a class or a run of them; else everything up to the next of the class.
  private static func runEnd(
    _ text: ClassifiedText, _ start: Int, _ limit: Int, isSingle: Bool,
    _ isWanted: (CharacterClass) -> Bool
  ) -> Int {
    let (first, length) = text.character(start)
    var position = start + length
    if isSingle && isWanted(first) { return position }
    while position < limit {
      let (next, length) = text.character(position)
      guard isWanted(next) == isWanted(first) else { break }
      position += length
    }
    return position
  }

  private static func punctuationEnd(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int {
    let isPunctuation = isPunctuation(text, start)
    var position = start
    repeat {
      position += text.character(position).length
    } while position < limit
      && Self.isPunctuation(text, position) == isPunctuation
    return position
  }

  private static func isPunctuation(_ text: ClassifiedText, _ position: Int) -> Bool {
    switch text.bytes[position] {
    case UInt8(ascii: "$"), UInt8(ascii: "+"), UInt8(ascii: "<"), UInt8(ascii: "="),
      UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: "|"):
      true
    default: text.character(position).class == .punctuation
    }
  }

  private static func tripleEnd(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int {
    var (position, digits) = (start, 0)
    while position < limit {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text.bytes[position])
      digits = isDigit ? digits + 1 : 0
      position += 1
      // Three digits are a piece; what lies before them is one of its own.
      if digits == 3 { return position - 3 > start ? position - 3 : position }
    }
    return limit
  }
}
