import AffineLayers
import AffineQuant
import AffineTestSupport

/// A decoder of random numbers, small enough to be computed by plain loops.
struct TinyDecoder: DecoderWeights {
  var configuration: DecoderConfiguration
  var stored: [DecoderTensor: StoredMatrix] = [:]

  /// Every extent differs from every other.
  static let extents = extents(
    vocabulary: 50, width: 16, heads: 6, keyValueHeads: 2, headSize: 4, feedForward: 20)

  /// Llama's architecture with two blocks and a small base of angles.
  static func extents(
    vocabulary: Int, width: Int, heads: Int, keyValueHeads: Int, headSize: Int, feedForward: Int
  ) -> DecoderConfiguration {
    DecoderConfiguration(
      vocabulary: vocabulary, width: width, heads: heads, keyValueHeads: keyValueHeads,
      headSize: headSize, feedForward: feedForward, context: 70,
      blocks: Array(
        repeating: .init(rotary: RotaryRule(base: 100, columns: headSize)), count: 2))
  }

  /// Draws the tensors, those of rank 2 quantized if a type is given; some linear layers have biases.
  init(
    _ type: QuantizedType? = nil, hasHead: Bool = true,
    biases: Set<DecoderConfiguration.BlockLinear> = [],
    extents: DecoderConfiguration = Self.extents
  ) throws {
    configuration = extents
    configuration.isTied = !hasHead
    configuration.biases = biases
    for (index, tensor) in configuration.tensors.enumerated() {
      let shape = configuration.shape(of: tensor)
      // Rows of a few units: states stay of that size from layer to layer.
      let scale = 0.5 / Float(shape.columns).squareRoot()
      let values = Elementwise.scale(
        Self.samples(shape, UInt64(index + 1)), by: shape.rows == 1 ? 1 : scale * 4,
        on: .threads(1))
      if let type, shape.rows > 1, tensor != .weight(.positions) {
        stored[tensor] = .codes(try AnyQuantized(quantizing: values, as: type))
      } else {
        stored[tensor] = .float32(values)
      }
    }
  }

  func tensor(_ tensor: DecoderTensor) -> StoredMatrix? { stored[tensor] }

  /// The definition of the model.
  var definition: DoubleDecoder {
    DoubleDecoder(
      configuration,
      Dictionary(
        uniqueKeysWithValues: stored.map { ($0.key.name, DoubleMatrix($0.value.floats())) }))
  }

  /// The logits after each token, a row each.
  func logits(_ tokens: [Int]) -> [[Double]] {
    let logits = definition.logits(tokens, sequence: tokens.count)
    return (0..<logits.rows).map { row in (0..<logits.columns).map { logits[row, $0] } }
  }

  /// Uniform numbers of mean square ¼; weights of norms lie around 1.
  private static func samples(_ shape: Shape, _ seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: shape.rows, columns: shape.columns) { _, _ in
      let value = Float.random(in: -0.866...0.866, using: &random)
      return shape.rows == 1 ? 1 + value / 4 : value
    }
  }
}
