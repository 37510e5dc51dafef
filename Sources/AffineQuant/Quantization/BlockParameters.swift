/// What encodes one block, and what is stored of it.
struct BlockParameters {
  /// As stored: rounded to the scale format.
  var scale: Float
  var zeroPoint: Int16 = 0
  var bias: Float = 0
  /// As used while encoding: MLX encodes before it rounds.
  var encodingScale: Float
  var encodingBias: Float = 0

  /// Whether the range was narrow enough for a finite scale with a finite reciprocal.
  var isUsable: Bool { scale.isFinite && bias.isFinite && (1 / scale).isFinite }
}
