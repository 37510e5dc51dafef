internal import AffineQuant

/// The codes of one row and the parameters of its blocks, as a method chose them.
struct RowCodes: Sendable {
  /// One a byte.
  var codes: [UInt8] = []
  /// From left to right.
  var blocks: [BlockParameters] = []
}

extension BlockQuantizer {
  /// The matrix of rows whose blocks are their own.
  func matrix(_ shape: Shape, _ rows: [RowCodes]) throws(QuantizationError) -> AnyQuantized {
    try matrix(shape, codes: rows.flatMap(\.codes), blocks: rows.flatMap(\.blocks))
  }
}
