import AffineModels
import AffineQuant
import AffineTestSupport

/// A model of random numbers, small enough to be computed by plain loops.
struct TinyLlama: LlamaWeights {
  var configuration: LlamaConfiguration
  var stored: [LlamaTensor: StoredTensor] = [:]

  /// Every extent differs from every other.
  static let extents = LlamaConfiguration(
    vocabulary: 50, width: 16, layers: 2, heads: 6, keyValueHeads: 2, headSize: 4, feedForward: 20,
    context: 70)

  /// Draws the tensors, those of rank 2 quantized if a type is given; some linear layers have biases.
  init(
    _ type: QuantizedType? = nil, hasHead: Bool = true, biases: [LlamaLinear] = [],
    extents: LlamaConfiguration = Self.extents
  ) throws {
    configuration = extents
    configuration.rotaryBase = 100
    var seed: UInt64 = 0
    let added = (0..<configuration.layers).flatMap { layer in
      biases.map { LlamaTensor.bias(layer: layer, $0) }
    }
    for tensor in Self.tensors(configuration) + added where hasHead || tensor != .head {
      seed += 1
      let shape = Self.shape(tensor, configuration)
      // Rows of a few units: states stay of that size from layer to layer.
      let scale = 0.5 / Float(shape.columns).squareRoot()
      let values = Elementwise.scale(
        Self.samples(shape, seed), by: shape.rows == 1 ? 1 : scale * 4, on: .threads(1))
      if let type, shape.rows > 1 {
        stored[tensor] = .quantized(try AnyQuantized(quantizing: values, as: type))
      } else {
        stored[tensor] = .float(values)
      }
    }
  }

  func has(_ tensor: LlamaTensor) -> Bool { stored[tensor] != nil }

  func tensor(_ tensor: LlamaTensor) throws -> StoredTensor? { stored[tensor] }

  func forget(_: LlamaTensor) {}

  /// All tensors of a model.
  static func tensors(_ configuration: LlamaConfiguration) -> [LlamaTensor] {
    [.embedding, .norm, .head]
      + (0..<configuration.layers).flatMap { layer in
        LlamaNorm.allCases.map { .layerNorm(layer: layer, $0) }
          + LlamaLinear.allCases.map { LlamaTensor.linear(layer: layer, $0) }
      }
  }

  static func shape(_ tensor: LlamaTensor, _ c: LlamaConfiguration) -> Shape {
    let (queries, keys) = (c.heads * c.headSize, c.keyValueHeads * c.headSize)
    return switch tensor {
    case .embedding, .head: Shape(c.vocabulary, c.width)
    case .norm, .layerNorm: Shape(1, c.width)
    case .linear(_, .query): Shape(queries, c.width)
    case .linear(_, .key), .linear(_, .value): Shape(keys, c.width)
    case .linear(_, .output): Shape(c.width, queries)
    case .linear(_, .gate), .linear(_, .up): Shape(c.feedForward, c.width)
    case .linear(_, .down): Shape(c.width, c.feedForward)
    case .bias(let layer, let linear):
      Shape(1, shape(.linear(layer: layer, linear), c).rows)
    }
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
