import AffineFormats
import AffineModels
import Foundation
import Testing

/// Files that strangers write: each ends in a sentence, and none in a trap.
@Suite struct TokenizerFileErrorTests {
  static func tokenizer(_ json: String) throws -> any LanguageTokenizer {
    try ModelSource.tokenizer(contents: Array(json.utf8))
  }

  static func unigram(
    vocabulary: String = #"[["<unk>",0],["\u2581a",-1.5],["b",-2]]"#, unknown: String = "0",
    added: String = "[]", normalizer: String = "null",
    cutting: String = #"{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always"}"#,
    processor: String = "null", decoder: String = "null"
  ) -> String {
    """
    {"added_tokens":\(added),"normalizer":\(normalizer),"pre_tokenizer":\(cutting),
    "post_processor":\(processor),"decoder":\(decoder),
    "model":{"type":"Unigram","unk_id":\(unknown),"vocab":\(vocabulary)}}
    """
  }

  @Test func readsWhatIsWhole() throws {
    let tokenizer = try Self.tokenizer(Self.unigram())
    #expect(tokenizer.tokens("abx a") == [1, 2, 0, 1])
    #expect(tokenizer.text([1, 2]) == "ab")
    let decoder = #"""
      {"type":"Sequence","decoders":[
      {"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"ByteFallback"},
      {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
      """#
    #expect(try Self.tokenizer(Self.unigram(decoder: decoder)).text([1, 2]) == "ab")
  }

  /// A token that takes the spaces after it takes those that begin another: no byte is read twice. The
  /// library `tokenizers` gives up here.
  @Test(arguments: [
    ("<m>\n\nb", [3, 0, 2]), ("<m> x", [3, 0]), ("\n<m>\n<m>", [4, 3, 3]), ("<m>\n", [3]),
  ]) func addedTokensDoNotOverlap(text: String, tokens: [Int]) throws {
    let added = #"""
      [{"content":"<m>","id":3,"rstrip":true},{"content":"\n","id":4,"lstrip":true},
      {"content":" x","id":5}]
      """#
    #expect(try Self.tokenizer(Self.unigram(added: added)).tokens(text) == tokens)
  }

  /// A piece that is called as tokens are which end texts is one like others, unless it was added: Qwen's vocabulary
  /// has such a piece.
  @Test func piecesNamedAsEndsEndNothing() throws {
    let vocabulary =
      #"[["<unk>",0],["\u2581a",-1.5],["</s>",-2],["</",-0.1],["s>",-0.1]]"#
    for (added, tokens, ends) in [
      ("[]", [1, 3, 4], []), (#"[{"content":"</s>","id":2,"special":true}]"#, [1, 2], [2] as Set),
    ] {
      let tokenizer = try Self.tokenizer(Self.unigram(vocabulary: vocabulary, added: added))
      #expect(tokenizer.tokens("a</s>", addSpecial: false, parseSpecial: true) == tokens)
      #expect(tokenizer.ends == ends)
    }
  }

  static let wrong: [(String, String)] = [
    (unigram(vocabulary: "[]"), "unk_id"), (unigram(vocabulary: "{}"), "unk_id"),
    (unigram(vocabulary: #"[["a",NaN]]"#), "at byte"),
    (unigram(vocabulary: #"[["a",1e999]]"#), "finite"),
    (unigram(vocabulary: #"[["a","1"]]"#), "finite"), (unigram(vocabulary: #"[["a"]]"#), "finite"),
    (unigram(vocabulary: #"[[1,1]]"#), "finite"), (unigram(vocabulary: #"["a"]"#), "finite"),
    (unigram(vocabulary: "7"), "no object"), (unigram(unknown: "3"), "unk_id"),
    (unigram(unknown: "-1"), "unk_id"), (unigram(unknown: "null"), "unk_id"),
    (unigram(unknown: #""0""#), "whole number"), (unigram(unknown: "1e99"), "whole number"),
    (
      unigram(vocabulary: "[[\"\(String(repeating: "a", count: 2000))\",0]]"), "bytes of a piece"
    ),
    (unigram(added: "{}"), "no array"), (unigram(added: "[1]"), "object"),
    (unigram(added: #"[{"content":"x","id":-1}]"#), "number -1"),
    (unigram(added: #"[{"content":"x","id":9223372036854775807}]"#), "number 9223372036854775807"),
    (unigram(added: #"[{"content":"x","id":0}]"#), "number 0"),
    (unigram(added: #"[{"content":"x","id":3,"lstrip":1}]"#), "lstrip"),
    (unigram(normalizer: #"{"type":"Precompiled","precompiled_charsmap":"!"}"#), "charsmap"),
    (unigram(normalizer: #"{"type":"Precompiled","precompiled_charsmap":"/////w=="}"#), "charsmap"),
    (unigram(normalizer: #"{"type":"Precompiled"}"#), "charsmap"),
    (unigram(normalizer: #"{"type":"Nmt"}"#), "normalizer 'Nmt'"),
    (unigram(decoder: #"{"type":"ByteLevel"}"#), "texts by 'ByteLevel'"),
    (unigram(decoder: #"{"type":"Metaspace","replacement":"_"}"#), "texts by 'Metaspace'"),
    (
      unigram(decoder: #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"CTC"}]}"#),
      "texts by 'CTC'"
    ),
    (
      unigram(decoder: #"{"type":"Replace","pattern":{"String":"\u2581"},"content":"-"}"#),
      "texts by 'Replace'"
    ),
    (
      unigram(decoder: #"{"type":"Strip","content":" ","start":2,"stop":0}"#), "texts by 'Strip'"
    ),
    // To compare other texts with words can take minutes: they are not compared.
    (unigram(normalizer: #"{"type":"N\u0301"}"#), "'type' is no word in ASCII"),
    (unigram(cutting: #"{"type":"\u0301"}"#), "'type' is no word in ASCII"),
    (unigram(processor: #"{"type":"\u0301"}"#), "'type' is no word in ASCII"),
    (
      unigram(cutting: #"{"type":"Metaspace","prepend_scheme":"\u0301"}"#),
      "'prepend_scheme' is no word in ASCII"
    ),
    (#"{"model":{"type":"\u0301","vocab":{"a":0}}}"#, "'type' is no word in ASCII"),
    (
      unigram(normalizer: #"{"type":"Replace","pattern":{"Regex":"(a+)+$"},"content":""}"#), "(a+)+"
    ),
    (
      unigram(
        normalizer: #"{"type":"Sequence","normalizers":[{"type":"Sequence","normalizers":[]}]}"#),
      "normalizer 'Sequence'"
    ),
    (unigram(cutting: "null"), "spaces"), (unigram(cutting: #"{"type":"Digits"}"#), "Digits"),
    (unigram(cutting: #"{"type":"Metaspace","prepend_scheme":"last"}"#), "prefix 'last'"),
    (unigram(processor: #"{"type":"RobertaProcessing","cls":["a",0],"sep":["b",9]}"#), "token 9"),
    (unigram(processor: #"{"type":"BertProcessing","cls":["a"]}"#), "BertProcessing"),
    (unigram(processor: #"{"type":"TemplateProcessing","single":[]}"#), "TemplateProcessing"),
    (#"{"model":{"type":"BPE","vocab":{"a":4611686018427387904},"merges":[]}}"#, "one of number"),
    (#"{"model":{"type":"BPE","vocab":{"a":2147483648},"merges":[]}}"#, "one of number 2147483648"),
    (#"{"model":{"type":"BPE","vocab":{"a":1e18},"merges":[]}}"#, "has the number 1e18"),
    (#"{"model":{"type":"BPE","vocab":{"a":-4611686018427387904},"merges":[]}}"#, "number -461168"),
    (#"{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}"#, "has the number -1"),
    (#"{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}"#, "has the number 0"),
    (#"{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}"#, "spaces"),
    (#"{"model":{"type":"Words","vocab":{}}}"#, "Words"), ("{}", "no 'model'"), ("[]", "object"),
    ("", "at byte"), (#"{"model":{"type":"WordPiece","vocab":{}}}"#, "BertPreTokenizer"),
  ]

  @Test(arguments: wrong) func endsInASentence(_ json: String, _ part: String) throws {
    let error = try #require(throws: (any Error).self) { try Self.tokenizer(json) }
    #expect("\(error)".contains(part), "\(error)")
    #expect(error is ModelFileError || error is TokenizerError, "\(type(of: error))")
  }

  /// Each part of files that are whole, cut off, and with other values in place of each.
  @Test(arguments: ["qwen2", "xlm", "bert", "phi3"]) func endsWhateverIsChanged(_ name: String)
    throws
  {
    let path = "\(TokenizerFileGoldenTests.folder)/\(name)/tokenizer.json"
    let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
    var changed: [Any] = []
    func change(_ value: Any, _ put: @escaping (Any) -> Any) {
      for other in [NSNull(), -1, 1e300, "x", [], [:], true, 1 << 40] as [Any] {
        changed.append(put(other))
      }
      if let object = value as? [String: Any] {
        for (key, member) in object {
          if object.count > 40 { continue }
          change(member) { put(object.merging([key: $0]) { $1 }) }
        }
      } else if let array = value as? [Any], let first = array.first {
        change(first) { put([$0] + array.dropFirst()) }
      }
    }
    change(whole) { $0 }
    #expect(changed.count > 100)
    for value in changed {
      guard JSONSerialization.isValidJSONObject(value) else { continue }
      let json = String(
        decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
      do {
        let tokenizer = try Self.tokenizer(json)
        let tokens = tokenizer.tokens(
          "\u{fb01}A\u{30a} <mask> whole 12", addSpecial: true, parseSpecial: true)
        #expect(tokens.allSatisfy { (0..<tokenizer.tokenCount).contains($0) })
        _ = tokenizer.text(tokens, showSpecial: true)
      } catch { #expect(!"\(error)".isEmpty) }
    }
  }
}

extension TokenizerFileErrorTests {
  /// What fuzzing begins with is whole, so that it goes further than the first field.
  @Test(arguments: ["unigram", "bpe", "words", "pieces"]) func corporaAreRead(_ name: String) throws
  {
    let path = TokenGolden.folder.appending(path: "Sanitizing/Corpora/tokenizerFile/\(name).json")
    let tokenizer = try ModelSource.tokenizer(contents: Array(try Data(contentsOf: path)))
    #expect(tokenizer.tokens("he a").count > 1)
  }
}
