package import AffineQuant

extension DecoderModel {
  /// What an encoder makes of whole sequences, a row a token, one sequence's after another's; `observe` sees
  /// the input of every linear layer.
  ///
  /// No sequence depends on the others, bit for bit.
  ///
  /// - Precondition: Tokens are in the vocabulary, and sequences neither empty nor longer than the context.
  /// - Throws: ``DecoderError``: an input that cannot be quantized; what `observe` throws.
  package func states(
    of sequences: [[Int]], on execution: Execution,
    observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)? = nil
  ) throws -> Matrix<Float> {
    precondition(configuration.encoder != nil, "a decoder that is an encoder")
    var pass = CachePass(
      self, [], counts: sequences.map(\.count), .all, execution, observe: observe)
    return try pass.states(of: Array(sequences.joined()))
  }
}
