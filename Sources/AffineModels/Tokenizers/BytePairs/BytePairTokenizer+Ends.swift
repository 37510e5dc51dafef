extension BytePairTokenizer {
  /// What the families that there are end a text, a turn or a call of a tool with, and what fills and
  /// separates files for models of code: llama.cpp ends texts at the same names, whatever type the tokens have.
  private static let endNames = [
    "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>", "<|end|>",
    "<end_of_turn>", "<turn|>", "<end_of_utterance>", "<|return|>", "<|call|>", "<|calls|>",
    "<|flush|>", "<|tool_response>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "[e~[", "</s>", "<eos>",
    "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>", "<|fim_pad|>", "<fim-pad>", "<fim_pad>",
    "<PAD>", "[PAD]", "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>",
    "<|file_sep|>",
  ]

  /// The tokens of a vocabulary that end a text by their names.
  static func namedEnds(_ vocabulary: [String]) -> [Int] {
    let names = ByteStringTable(ByteStrings(endNames.lazy.map(\.utf8)))
    return vocabulary.indices.filter { token in
      let name = vocabulary[token].utf8
      return name.count <= names.longest && names.find(Array(name), 0..<name.count) != nil
    }
  }
}
