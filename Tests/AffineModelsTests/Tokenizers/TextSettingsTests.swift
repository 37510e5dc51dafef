import AffineFormats
import AffineModels
import Foundation
import Testing

/// What files beside a tokenizer say of texts: the tokens that end one, and how conversations are written.
@Suite struct TextSettingsTests {
  /// A folder of a decoder of eight tokens without tensors, and other files.
  private func inFolder(
    _ files: [String: String], _ body: (ModelSource) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tokens = Dictionary(uniqueKeysWithValues: "abcdefgh".enumerated().map { ("\($1)", $0) })
    let model: [String: Any] = ["type": "BPE", "vocab": tokens, "merges": [String]()]
    for (name, settings) in [
      ("config.json", RefusalTests.llama([:])),
      ("tokenizer.json", RefusalTests.tokenizer(["model": model])),
    ] {
      try JSONSerialization.data(withJSONObject: settings).write(to: folder.appending(path: name))
    }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    try SafeTensorsWriter().write(to: folder.appending(path: "model.safetensors").path)
    try body(ModelSource.open(folder.path, copies: true))
  }

  /// The settings of the model, with some tokens that end a text.
  private static func configuration(ends: String) throws -> String {
    let plain = try JSONSerialization.data(withJSONObject: RefusalTests.llama([:]))
    return #"{"eos_token_id":\#(ends),"# + String(decoding: plain.dropFirst(), as: UTF8.self)
  }

  @Test(
    arguments: [
      (nil, "2", [2]), ("{}", "[2, 3]", [2, 3]), (#"{"eos_token_id": null}"#, "2", [2]),
      (#"{"eos_token_id": 4}"#, "2", [4]), (#"{"eos_token_id": [4, 5]}"#, "null", [4, 5]),
      (#"{"eos_token_id": []}"#, "2", []), (nil, "null", []),
    ] as [(String?, String, Set<Int>)])
  func settingsForGenerationSayWhatEndsATextBeforeThoseOfTheModel(
    generation: String?, model: String, ends: Set<Int>
  ) throws {
    var files = ["config.json": try Self.configuration(ends: model)]
    files["generation_config.json"] = generation
    try inFolder(files) { source in
      let found = try source.tokenizer().ends
      #expect(found == ends)
    }
  }

  /// Neither passed over for another file nor left out of a list.
  @Test(arguments: [
    #""</s>""#, #""2""#, "2.5", "1e999", "true", "{}", #"[2, "</s>"]"#, "[2, null]", "[[2]]",
    "[2.5]",
  ])
  func whatEndsATextIsWholeNumbers(ends: String) throws {
    for (name, files) in [
      (
        "generation_config.json",
        [
          "config.json": try Self.configuration(ends: "2"),
          "generation_config.json": #"{"eos_token_id":\#(ends)}"#,
        ]
      ),
      ("config.json", ["config.json": try Self.configuration(ends: ends)]),
    ] {
      try inFolder(files) { source in
        let error = #expect(throws: ModelFileError.self) { try source.tokenizer() }
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("\(source.path)/\(name): 'eos_token_id'"), "\(sentence)")
      }
    }
  }

  private static func templates(_ json: String) -> [String: String] {
    ["tokenizer_config.json": #"{"chat_template":\#(json)}"#]
  }

  @Test(
    arguments: [
      (#""t""#, "t"), ("null", nil), ("[]", nil), (#"[{"name":"default","template":"d"}]"#, "d"),
      (#"[{"name":"tool_use","template":"t"},{"name":"default","template":"d"}]"#, "d"),
      (#"[{"name":"default","template":"a"},{"name":"default","template":"b"}]"#, "b"),
    ] as [(String, String?)])
  func theTemplateCalledDefaultIsForConversations(json: String, template: String?) throws {
    try inFolder(Self.templates(json)) { source in
      let found = try source.chatTemplate()
      #expect(found == template)
    }
    // A file of its own comes first.
    let files = Self.templates(json).merging(["chat_template.jinja": "j"]) { $1 }
    try inFolder(files) { source in
      let found = try source.chatTemplate()
      #expect(found == "j")
    }
  }

  @Test(arguments: [
    (
      #"[{"name":"rag","template":"r"},{"name":"tool_use","template":"t"}]"#,
      "none is called default, but rag, tool_use"
    ), (#"[{"name":"default"}]"#, "without a name or a template"),
    (#"[{"template":"d"}]"#, "without a name or a template"),
    (#"[{"name":"default","template":3}]"#, "'template' is not a text"),
    (#"["d"]"#, "an object is expected"), ("3", "'chat_template' is not a text"),
  ])
  func templatesWithoutThatOneAreRefused(json: String, reason: String) throws {
    try inFolder(Self.templates(json)) { source in
      let error = #expect(throws: ModelFileError.self) { try source.chatTemplate() }
      let sentence = try #require(error).description
      #expect(sentence.hasPrefix("\(source.path)/tokenizer_config.json: "), "\(sentence)")
      #expect(sentence.contains(reason), "\(sentence)")
    }
  }
}
