/// What becomes of a text before it is cut into tokens, step by step.
struct TextNormalizer: Sendable {
  enum Step: Sendable {
    /// Normalization form C.
    case compose
    /// The map of characters that SentencePiece compiles into a model.
    case map(CharacterMap)
    /// One string for another, wherever it stands.
    case replace([UInt8], with: [UInt8])
    /// Something for two spaces or more.
    case joinSpaces([UInt8])
    /// No spaces at the ends.
    case strip(left: Bool, right: Bool)
    /// A string before the text, unless that is empty.
    case prepend([UInt8])
  }

  let steps: [Step]
  /// The most bytes that one byte of a text becomes.
  let growth: Double

  /// Bytes that one byte of a text may become, and those that all steps may write for it: no file makes a text take
  /// much more memory and time than its length.
  ///
  /// SentencePiece's own map makes 33 bytes of the three of U+FDFA, and two spaces may become the three bytes of `▁`:
  /// 16.5 bytes of one. A text of 100,000 bytes that grows so takes a second.
  static let (most, mostWritten) = (17, 64)

  /// Nothing becomes of texts.
  init() { (steps, growth) = ([], 1) }

  /// - Throws: ``TokenizerError/tooMany(of:found:most:)``: steps by which texts grow without measure.
  init(_ steps: [Step]) throws(TokenizerError) {
    var (growth, written) = (1.0, 0.0)
    for step in steps {
      growth = step.grown(growth)
      guard growth <= Double(Self.most) else {
        throw .tooMany(
          of: "bytes that normalization makes of one", found: Int(growth.rounded(.up)),
          most: Self.most)
      }
      written += growth
      guard written <= Double(Self.mostWritten) else {
        throw .tooMany(
          of: "bytes that the steps of normalization write for one",
          found: Int(written.rounded(.up)), most: Self.mostWritten)
      }
    }
    (self.steps, self.growth) = (steps, growth)
  }

  /// The UTF-8 of what becomes of a text.
  func normalized(_ text: [UInt8]) -> [UInt8] { steps.reduce(text, Self.apply) }

  private static func apply(_ text: [UInt8], _ step: Step) -> [UInt8] {
    switch step {
    case .compose: CanonicalComposition.composed(text)
    case .map(let map): map.mapped(text)
    case .replace(let old, let new): replaced(text, old, new)
    case .joinSpaces(let new): joined(text, new)
    case .strip(let left, let right): stripped(text, left, right)
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    }
  }

  /// One string for another, found as Knuth, Morris and Pratt (1977) do.
  ///
  /// - Complexity: O(text) and what it becomes.
  private static func replaced(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    guard !old.isEmpty, old.count <= text.count else { return text }
    let borders = borders(of: old)
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    // How many bytes were taken over, and how many of the string were seen last.
    var (taken, seen) = (0, 0)
    for (place, byte) in text.enumerated() {
      while seen > 0, old[seen] != byte { seen = borders[seen - 1] }
      if old[seen] == byte { seen += 1 }
      guard seen == old.count else { continue }
      result += text[taken..<place + 1 - old.count]
      result += new
      (taken, seen) = (place + 1, 0)
    }
    result += text[taken...]
    return result
  }

  /// For each beginning of a string, the length of the longest shorter one that it ends with.
  private static func borders(of string: [UInt8]) -> [Int] {
    var borders = [Int](repeating: 0, count: string.count)
    var length = 0
    for place in string.indices.dropFirst() {
      while length > 0, string[length] != string[place] { length = borders[length - 1] }
      if string[length] == string[place] { length += 1 }
      borders[place] = length
    }
    return borders
  }

  private static func joined(_ text: [UInt8], _ new: [UInt8]) -> [UInt8] {
    var (result, place): ([UInt8], Int) = ([], 0)
    while place < text.count {
      var end = place
      while end < text.count, text[end] == 0x20 { end += 1 }
      switch end - place {
      case 0:
        result.append(text[place])
        place += 1
      case 1: result.append(0x20)
      default: result += new
      }
      place = max(place, end)
    }
    return result
  }

  private static func stripped(_ text: [UInt8], _ left: Bool, _ right: Bool) -> [UInt8] {
    var scalars = Substring(decoding: text, as: UTF8.self).unicodeScalars
    while left, scalars.first?.properties.isWhitespace ?? false { scalars.removeFirst() }
    while right, scalars.last?.properties.isWhitespace ?? false { scalars.removeLast() }
    return Array(Substring(scalars).utf8)
  }
}

extension TextNormalizer.Step {
  /// The most bytes that a byte of a text becomes, which became so many before: of a text of n bytes there are at most
  /// n times as many then.
  fileprivate func grown(_ growth: Double) -> Double {
    switch self {
    // By Unicode Standard Annex 15, that of U+1D160.
    case .compose: growth * 3
    case .map(let map): growth * map.growth
    case .replace(let old, let new): growth * max(1, Double(new.count) / Double(max(old.count, 1)))
    case .joinSpaces(let new): growth * max(1, Double(new.count) / 2)
    case .strip: growth
    case .prepend(let prefix): growth + Double(prefix.count)
    }
  }
}
