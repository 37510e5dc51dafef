internal import AffineFormats

extension GGUFMetadata {
  /// What keys of tokens begin with.
  static let tokenPrefix = "tokenizer.ggml."

  /// Keys of all kinds of tokenizers: those that are read here, and those that say what texts are not made tokens by.
  ///
  /// Numbers of tokens to fill gaps, to mask, to put between two texts or around a gap to fill are a matter of who
  /// does such; a name of words for pieces, merges of them, and scores of byte pairs are read by nobody.
  private static let tokenKeys: Set<String> = [
    "model", "pre", "tokens", "token_type", "token_type_count", "scores", "merges",
    "bos_token_id", "eos_token_id", "eos_token_ids", "eot_token_id", "eom_token_id",
    "unknown_token_id",
    "padding_token_id", "mask_token_id", "cls_token_id", "seperator_token_id",
    "separator_token_id", "fim_pre_token_id", "fim_suf_token_id", "fim_mid_token_id",
    "fim_pad_token_id", "fim_rep_token_id", "fim_sep_token_id", "prefix_token_id",
    "suffix_token_id", "middle_token_id", "add_bos_token", "add_space_prefix",
  ]

  /// Refuses what a file says of its tokens and nobody follows: tokens that are never chosen, texts that are changed
  /// first.
  ///
  /// - Throws: ``TokenizerError/unsupported(_:)``, unless the value is false or an empty list.
  func requireNoOtherTokenKeys() throws(TokenizerError) {
    for key in keys {
      guard let name = key.after(prefix: Self.tokenPrefix) else { continue }
      // Other names may take a time to compare that grows with the square of their length.
      if name.utf8.allSatisfy({ $0 < 0x80 }), Self.tokenKeys.contains(name) { continue }
      switch self[key] {
      case .bool(false): continue
      case .array(let values) where values.count == 0: continue
      default: throw .unsupported(key)
      }
    }
  }
}
