internal import AffineQuant

/// A decoder of Llama's architecture, ready to run.
///
///     let model = try LlamaModel(GGUFWeights(GGUFFile(path: path)))
///     var cache = KeyValueCache(model.configuration)
///     let logits = try model.logits(after: tokens, &cache)
///
/// A value: copies share the weights.
public struct LlamaModel: Sendable {
  /// The extents and constants.
  public let configuration: LlamaConfiguration
  /// What inputs of linear layers are quantized to, where nobody replaced a layer.
  public let activations: ActivationFormat
  /// The rows of tokens.
  var embedding: LinearWeight
  var layers: [LlamaLayer]
  /// The weight of the last norm.
  var norm: Matrix<Float>
  /// What makes logits; `nil`: the embedding.
  var head: Linear?

  /// Tokens that run through the layers at once, so that memory does not grow with the text.
  static let pieceLength = 64
  /// Rows of logits at once.
  static let logitRows = 64

  /// Bytes that the weights take in a file, in the types that they have here.
  public var byteCount: Int {
    let linears = linearNames.map { self[linear: $0] }
    let biases = linears.reduce(0) { $0 + ($1.bias?.shape.count ?? 0) }
    let norms = (2 * layers.count + 1) * configuration.width
    return linears.reduce(0) { $0 + $1.weight.byteCount } + embedding.byteCount
      + (biases + norms) * MemoryLayout<Float>.stride
  }
}
