extension BytePairTokenizer {
  /// What chat models end a turn or a text with, where they have it.
  private static let endNames = ["<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>"]

  /// The tokens that end a text or a turn of a conversation.
  public var ends: Set<Int> {
    let named = Self.endNames.compactMap { name in
      let found = tokens(name, addSpecial: false, parseSpecial: true)
      return found.count == 1 && kinds[found[0]] == .control ? found[0] : nil
    }
    return Set(named + [eosToken].compactMap(\.self))
  }
}
