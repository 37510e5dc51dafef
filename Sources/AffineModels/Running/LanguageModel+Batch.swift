internal import AffineLayers

extension LanguageModel {
  /// Continues several texts together, each as it would be continued alone.
  ///
  /// Weights are read once for all texts, which is what decoding costs most.
  ///
  /// - Parameters:
  ///   - prompts: The texts.
  ///   - options: How, and where they end.
  /// - Returns: What follows each, and how many tokens that is.
  /// - Throws: As ``BatchGenerator``; ``LanguageModelError/emptyStop``.
  public func continuations(
    of prompts: [String], _ options: GenerationOptions = GenerationOptions()
  ) throws -> [(text: String, tokens: [Int])] {
    let tokens = prompts.map { tokenizer.tokens($0) }
    let empty = KeyValueCache(decoder.configuration, format: options.cache)
    var texts = try prompts.map { _ in
      try GeneratedText(tokenizer, stops: options.stops, goesOn: true)
    }
    var batch = try BatchGenerator(
      decoder, prompts: tokens, sampler: options.sampler,
      ends: options.ignoresEnd ? [] : tokenizer.ends,
      caches: prompts.map { _ in empty }, on: execution)
    var found = [String](repeating: "", count: prompts.count)
    for _ in 0..<max(options.maximumTokens, 0) {
      let goesOn = try batch.next { text, token in
        found[text] += texts[text].append(token)
        return !texts[text].isStopped
      }
      guard goesOn else { break }
    }
    return prompts.indices.map { text in
      (found[text] + texts[text].finish(), Array(batch.texts[text].dropFirst(tokens[text].count)))
    }
  }
}
