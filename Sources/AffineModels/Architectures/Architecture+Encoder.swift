internal import AffineFormats
internal import AffineLayers

extension Architecture {
  /// Refuses a decoder where an encoder is wanted, or the other way round.
  func require(encoder wanted: Bool, in file: String) throws(ModelFileError) {
    guard wanted == (encoder != nil) else {
      throw .otherKind(file: file, name, isEncoder: !wanted)
    }
  }
}

extension Architecture.Encoder {
  /// Settings that change training, text that is made, or parts after the encoder: what real files of the families have
  /// beside what decoders' have.
  private static let harmless: Set<String> = [
    // Training, and how the computation is done.
    "attention_probs_dropout_prob", "attn_implementation", "chunk_size_feed_forward",
    "classifier_dropout", "dropout", "finetuning_task", "gradient_checkpointing",
    "hidden_dropout_prob", "language", "name", "output_attentions", "output_hidden_states",
    "output_past", "qa_dropout", "return_dict", "seq_classif_dropout", "torchscript",
    "use_bfloat16", "_attn_implementation", "_attn_implementation_autoset",
    // Heads, of which an encoder has none.
    "_num_labels", "add_pooling_layer", "directionality", "id2label", "is_matryoshka", "label2id",
    "matryoshka_dimensions", "num_labels", "pooler_fc_size", "pooler_num_attention_heads",
    "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "problem_type",
    "sbert_ce_default_activation_function", "sentence_transformers", "task_specific_params",
    "tie_weights_", "tie_word_embeddings",
    // What the tables have themselves: a file without one is refused, and one of another shape.
    "emb_size", "sinusoidal_pos_embds", "type_vocab_size",
    // What the first versions of the library wrote of text that is made.
    "decoder_start_token_id", "diversity_penalty", "do_sample", "early_stopping",
    "encoder_no_repeat_ngram_size", "eos_token_ids", "length_penalty", "max_length", "min_length",
    "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences",
    "repetition_penalty", "temperature", "top_k", "top_p", "typical_p",
    // What other files say again, and what other programs left.
    "adapters", "base_model_prefix", "cell", "cls_token_id", "export_model_type", "mask_token_id",
    "pre_trained", "sep_token_id", "structure", "tokenizer_class", "training",
    "transformers.js_config",
  ]

  /// An encoder with its places.
  func completed(
    _ layers: DecoderConfiguration, _ settings: ModelSettings
  ) throws -> DecoderConfiguration {
    var made = layers
    let name = "position_embedding_type"
    if let found = try settings.text(name), !found.isSame(as: "absolute") {
      throw ModelFileError.unsupported(file: settings.file, what: "the \(name) '\(found)'")
    }
    (made.learnsPositions, made.isTied) = (true, true)
    let padding = placesFollowPadding ? try settings.int("pad_token_id") ?? 1 : nil
    made.encoder = EncoderRule(paddingToken: padding)
    try made.validate()
    // Places before the first one are nobody's.
    made.context -= made.encoder?.placesBefore ?? 0
    try made.validate()
    try settings.requireNothingElse(but: Architecture.harmless.union(Self.harmless))
    return made
  }
}
