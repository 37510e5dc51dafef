internal import AffineQuant

/// Rows of one of the places of a pass, and what is still to be done to each before it is read.
struct PassRows {
  enum Place { case stream, branch, seen, inner }
  enum Change {
    case none
    case norm(DecoderLayer)
    /// A function of each element.
    case activation(DecoderConfiguration.Function)
    /// A function of the first half of a row, times the second half.
    case gate(DecoderConfiguration.Function)
  }

  var place: Place
  var rows: Range<Int>
  var change = Change.none
  /// The rows themselves, where they are logits, which have no place.
  var logits: Matrix<Float>?
}
