/// Changes the logits of what may come next before a token is chosen by them.
public protocol LogitsProcessor: Sendable {
  /// Changes logits in place.
  ///
  /// - Parameters:
  ///   - logits: One a token; −∞ takes a token out, and those before may have done so.
  ///   - tokens: The text so far.
  func process(_ logits: inout MutableSpan<Float>, after tokens: [Int])
}

extension MutableSpan<Float> {
  /// The largest element; −∞ where all are out.
  var largest: Float {
    var largest = -Float.infinity
    for index in indices where self[index] > largest { largest = self[index] }
    return largest
  }
}
