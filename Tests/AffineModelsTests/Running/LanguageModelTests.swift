import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// Texts of a model with a tokenizer whose tokens are bytes.
@Suite struct LanguageModelTests {
  /// The 256 bytes, and what begins and ends a turn.
  static func model(context: Int = 400) throws -> LanguageModel {
    let names = BytePairTests.names + ["<|im_start|>", "<|im_end|>"]
    let kinds = [Int](repeating: 1, count: 256) + [3, 3]
    var extents = TinyDecoder.extents(
      vocabulary: 258, width: 16, heads: 6, keyValueHeads: 2, headSize: 4, feedForward: 20)
    extents.context = context
    let decoder = try DecoderModel(
      TinyDecoder(extents: extents), activations: .float32, on: .threads(1))
    let tokenizer = try BytePairTokenizer(
      vocabulary: names, merges: [], kinds: kinds, preTokenizer: "gpt-2", eosToken: 257)
    let template = """
      {% for m in messages %}<|im_start|>{{ m.role }}
      {{ m.content }}<|im_end|>
      {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
      {% endif %}
      """
    return LanguageModel(decoder, tokenizer, chatTemplate: template, on: .threads(1))
  }

  static func options(_ count: Int, stops: [String] = []) -> GenerationOptions {
    var options = GenerationOptions()
    options.maximumTokens = count
    options.stops = stops
    options.cache = .float32
    return options
  }

  /// What the tokens say that are chosen one by one.
  static func whole(_ model: LanguageModel, _ prompt: String, _ count: Int) throws -> String {
    var generator = try Generator(
      model.decoder, prompt: model.tokenizer.tokens(prompt), ends: model.tokenizer.ends,
      cache: KeyValueCache(model.decoder.configuration, format: .float32), on: .threads(1))
    for _ in 0..<count { _ = try generator.next() }
    let tokens = generator.tokens.dropFirst(model.tokenizer.tokens(prompt).count)
    return model.tokenizer.text(tokens)
  }

  /// Random bytes: most characters span tokens, and many are never finished.
  @Test(arguments: ["a", "Hello", "é∑", "zz top"]) func streamsTheText(_ prompt: String)
    async throws
  {
    let model = try Self.model()
    let expected = try Self.whole(model, prompt, 60)
    let stream = model.stream(prompt, Self.options(60))
    for _ in 0..<2 {
      var pieces: [String] = []
      for try await piece in stream { pieces.append(piece) }
      #expect(pieces.joined() == expected)
      #expect(pieces.allSatisfy { !$0.isEmpty })
    }
  }

  /// Every part of the text as a stop string: the text ends where it stands first.
  @Test func stopsBeforeAString() throws {
    let model = try Self.model()
    let whole = Array(try Self.whole(model, "Hello", 60).unicodeScalars)
    func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      return String(view)
    }
    for first in stride(from: 0, to: whole.count - 3, by: 5) {
      for count in 1...3 {
        let stop = whole[first..<first + count]
        let place = try #require(
          whole.indices.first { $0 + count <= whole.count && whole[$0..<$0 + count] == stop })
        var generator = try model.generator(
          after: model.tokenizer.tokens("Hello"), Self.options(60, stops: ["never", text(stop)]),
          goesOn: true)
        var found = ""
        while let piece = try generator.next() { found += piece }
        #expect(Array(found.utf8) == Array(text(whole[..<place]).utf8))
        #expect(try generator.next() == nil)
      }
    }
    // A string that begins and does not go on is given out.
    let last = text([whole[whole.count - 1]]) + "and more"
    var generator = try model.generator(
      after: model.tokenizer.tokens("Hello"), Self.options(60, stops: [last]), goesOn: true)
    var found = ""
    while let piece = try generator.next() { found += piece }
    #expect(Array(found.utf8) == Array(text(whole).utf8))
    #expect(throws: LanguageModelError.emptyStop) {
      try model.generator(after: [1], Self.options(1, stops: [""]))
    }
  }

  @Test func continuesSeveralTextsAsEachAlone() throws {
    let model = try Self.model()
    let prompts = ["a", "Hello, world", "é", "0123456789"]
    let stop = String(try Self.whole(model, "a", 60).suffix(2))
    let options = Self.options(50, stops: [stop])
    for (prompt, found) in zip(prompts, try model.continuations(of: prompts, options)) {
      var generator = try model.generator(
        after: model.tokenizer.tokens(prompt), options, goesOn: true)
      var expected = ""
      while let piece = try generator.next() { expected += piece }
      #expect(found.text == expected)
      #expect(
        model.tokenizer.tokens(prompt) + found.tokens == generator.generator.tokens)
    }
  }

  /// Errors are thrown, and a task that is cancelled goes no further.
  @Test func throwsAndStops() async throws {
    let model = try Self.model(context: 40)
    await #expect(throws: DecoderError.contextFull(capacity: 40, tokens: 41)) {
      for try await _ in model.stream(String(repeating: "a", count: 41)) {}
    }
    await #expect(throws: DecoderError.noTokens) { for try await _ in model.stream("") {} }
    var full = ""
    for try await piece in model.stream("a", Self.options(1000)) { full += piece }
    #expect(full == (try Self.whole(model, "a", 1000)))
    let task = Task {
      var count = 0
      for try await _ in try Self.model(context: 100_000).stream("a", Self.options(100_000)) {
        count += 1
        // From inside, so that the place is known.
        if count == 3 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
        #expect(count <= 3)
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    let cancelled = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      var cache = KeyValueCache(model.decoder.configuration)
      return try (1...70).map { _ in try model.decoder.logits(after: [1], &cache) }.count
    }
    // A token at a time nothing is asked; the context is what ends it.
    await #expect(throws: DecoderError.self) { try await cancelled.value }
  }

  /// Only what is new is read: what a template wrote around a message, and the message.
  @Test func readsOfEachTurnWhatIsNew() throws {
    let model = try Self.model()
    var conversation = Conversation(model, system: "Be brief.", Self.options(20))
    func written(_ role: String, _ content: String) -> Int {
      // Two control tokens, and bytes.
      2 + "\(role)\n\(content)\n".utf8.count
    }
    let answering = 1 + "assistant\n".utf8.count
    let first = try conversation.answer("Hello")
    #expect(
      conversation.readTokens == written("system", "Be brief.") + written("user", "Hello")
        + answering)
    // The last token that was chosen was not read yet, but a text that ended has none.
    let told = conversation.messages.count
    for message in ["And then?", "é", "a"] {
      _ = try conversation.answer(message)
      let new = 1 + "\n".utf8.count + written("user", message) + answering
      #expect((new...new + 1).contains(conversation.readTokens))
    }
    #expect(conversation.messages.count == told + 6)
    #expect(conversation.messages[2] == ChatMessage(role: "assistant", content: first))
  }

  /// A turn that was read before is what it is without a cache, where answers are their own tokens.
  @Test func answersAsIfItReadEverythingAgain() throws {
    let model = try Self.model()
    let options = Self.options(12)
    var kept = Conversation(model, options)
    try kept.answer("Hello")
    var tokens = try model.tokens(of: Array(kept.messages.prefix(1)))
    var generator = try model.generator(after: tokens, options)
    while try generator.next() != nil {}
    tokens = generator.generator.tokens
    let rest = "<|im_end|>\n<|im_start|>user\nMore<|im_end|>\n<|im_start|>assistant\n"
    tokens += model.tokenizer.tokens(rest, addSpecial: false, parseSpecial: true)
    var expected = ""
    generator = try model.generator(after: tokens, options)
    while let piece = try generator.next() { expected += piece }
    #expect(try kept.answer("More") == expected)
  }

  @Test func conversationsStayAsTheyWereAfterErrors() throws {
    struct Stop: Error {}
    let model = try Self.model()
    var conversation = Conversation(model, Self.options(8))
    try conversation.answer("Hello")
    let before = conversation
    #expect(throws: Stop.self) { try conversation.answer("x") { _ in throw Stop() } }
    #expect(throws: DecoderError.self) {
      try conversation.answer(String(repeating: "long", count: 200))
    }
    #expect(conversation.messages == before.messages)
    var other = before
    #expect(try conversation.answer("y") == (try other.answer("y")))
    var mute = Conversation(LanguageModel(model.decoder, model.tokenizer))
    #expect(throws: LanguageModelError.noChatTemplate) { try mute.answer("x") }
  }
}
