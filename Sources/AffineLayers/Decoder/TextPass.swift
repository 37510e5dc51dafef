internal import AffineQuant

/// A pass of some tokens of texts through a decoder that runs, over what attention remembers of those before.
///
/// The tokens may be of several texts, one text's after another's: products take the rows of all of them
/// together, and attention those of a text with its own cache.
protocol TextPass: DecoderPass where Failure == any Error {
  /// One a text.
  var caches: [KeyValueCache] { get set }
  /// How many of the tokens are of each text.
  var counts: [Int] { get set }

  /// The rows of states or logits.
  mutating func matrix(of value: Value) -> Matrix<Float>
  /// Rows as states.
  mutating func value(of matrix: Matrix<Float>) -> Value
}

extension CachePass: TextPass {
  func matrix(of value: Matrix<Float>) -> Matrix<Float> { value }
  func value(of matrix: Matrix<Float>) -> Matrix<Float> { matrix }
}
