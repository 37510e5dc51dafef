import AffineFormats
import AffineModels
import Testing

@Suite struct BertTextRulesTests {
  /// The tokens of the library `tokenizers` with the same settings.
  @Test(arguments: [
    (false, false, true, "Paris café", [5, 9]), (true, true, true, "Paris café", [6, 10]),
    (true, false, true, "München", [13]), (true, true, true, "München", [14]),
    (true, true, true, "中文", [11, 12]), (true, true, false, "中文", [15]),
  ])
  func wordsAreCutAsTheRulesSay(
    _ lowercases: Bool, _ strips: Bool, _ parts: Bool, _ text: String, _ tokens: [Int]
  ) throws {
    var rules = BertTextRules()
    rules.lowercases = lowercases
    rules.stripsAccents = strips
    rules.partsChinese = parts
    let vocabulary = [
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Paris", "paris", "is", "Is", "café", "cafe",
      "中", "文", "münchen", "munchen", "中文",
    ]
    let tokenizer = try WordPieceTokenizer(vocabulary: vocabulary, rules: rules)
    #expect(tokenizer.tokens(text, addSpecial: false, parseSpecial: false) == tokens)
  }

  /// Not at U+2028, U+0085, form feeds, vertical tabs and carriage returns alone, which texts have
  /// within lines.
  @Test func linesEndAtLineEndsAlone() {
    let text = "a\u{2028}b\u{85}c\u{c}d\u{b}e\nf\r\n\ng\rh"
    #expect(
      text.textLines(omittingEmpty: false) == ["a\u{2028}b\u{85}c\u{c}d\u{b}e", "f", "", "g\rh"])
  }
}
