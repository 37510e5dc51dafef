/// What encodes one block, and what is stored of it.
package struct BlockParameters: Sendable, Hashable {
  /// As stored: rounded to the scale format.
  package var scale: Float
  package var zeroPoint: Int16 = 0
  package var bias: Float = 0
  /// As used while encoding: MLX encodes before it rounds.
  var encodingScale: Float
  var encodingBias: Float = 0

  /// Whether the range was narrow enough for a finite scale with a finite reciprocal.
  package var isUsable: Bool { scale.isFinite && bias.isFinite && (1 / scale).isFinite }
}
