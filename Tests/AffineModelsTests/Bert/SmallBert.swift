import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport

/// A BERT of random parameters, small enough for definitions in plain loops.
struct SmallBert {
  let configuration: BertConfiguration
  let tensors: [String: Matrix<Float>]

  init(
    width: Int = 24, layers: Int = 2, heads: Int = 3, normalizes: Bool = true
  ) throws {
    var encoder = try DecoderConfiguration(
      vocabulary: 50, width: width, layers: layers, heads: heads, feedForward: 40, context: 30)
    encoder.blocks = Array(repeating: .init(), count: layers)
    (encoder.norm, encoder.activation) = (.layer, .gelu)
    encoder.biases = [.query, .key, .value, .output, .up, .down]
    (encoder.learnsPositions, encoder.isTied, encoder.encoder) = (true, true, EncoderRule())
    configuration = try BertConfiguration(encoder, maximumTokens: 20, normalizes: normalizes)
    var tensors: [String: Matrix<Float>] = [:]
    func add(_ name: String, _ rows: Int, _ columns: Int, scale: Float = 1, around: Float = 0) {
      var random = SplitMix64(seed: UInt64(tensors.count + 1))
      tensors[name] = Matrix(rows: rows, columns: columns) { _, _ in
        around + scale * .random(in: -1...1, using: &random)
      }
    }
    func addNorm(_ name: String) {
      add("\(name).weight", 1, width, scale: 0.5, around: 1)
      add("\(name).bias", 1, width, scale: 0.3)
    }
    add("embeddings.word_embeddings.weight", 50, width)
    add("embeddings.position_embeddings.weight", 30, width)
    add("embeddings.token_type_embeddings.weight", 2, width)
    addNorm("embeddings.LayerNorm")
    for layer in 0..<layers {
      for (name, rows, columns) in [
        ("attention.self.query", width, width), ("attention.self.key", width, width),
        ("attention.self.value", width, width), ("attention.output.dense", width, width),
        ("intermediate.dense", 40, width), ("output.dense", width, 40),
      ] {
        add("encoder.layer.\(layer).\(name).weight", rows, columns, scale: 0.4)
        add("encoder.layer.\(layer).\(name).bias", 1, rows, scale: 0.2)
      }
      addNorm("encoder.layer.\(layer).attention.output.LayerNorm")
      addNorm("encoder.layer.\(layer).output.LayerNorm")
    }
    self.tensors = tensors
  }

  /// The same with some other tensors.
  init(_ other: SmallBert, replacing tensors: [String: Matrix<Float>]) {
    configuration = other.configuration
    self.tensors = other.tensors.merging(tensors) { $1 }
  }

  /// A file with some of the tensors quantized or left out.
  func file(
    quantized types: [String: QuantizedType] = [:], without missing: String? = nil
  ) throws -> SafeTensorsFile {
    var writer = SafeTensorsWriter()
    for (name, matrix) in tensors.sorted(by: { $0.key < $1.key }) where name != missing {
      if let type = types[name] {
        try writer.add(name, AnyQuantized(quantizing: matrix, as: type))
      } else {
        try writer.add(name, matrix)
      }
    }
    return try SafeTensorsFile(contents: Buffer(writer.contents))
  }

  /// The last hidden states of one sequence, by the definition.
  func hiddenStates(_ tokens: [Int]) -> DoubleMatrix {
    func tensor(_ name: String) -> DoubleMatrix {
      guard let matrix = tensors[name] else { preconditionFailure("no tensor '\(name)'") }
      return DoubleMatrix(matrix)
    }
    func linear(_ x: DoubleMatrix, _ name: String) -> DoubleMatrix {
      let (product, bias) = (
        DoubleLayers.linear(x, tensor("\(name).weight")), tensor("\(name).bias")
      )
      return DoubleMatrix(product.rows, product.columns) { product[$0, $1] + bias[0, $1] }
    }
    func norm(_ x: DoubleMatrix, _ name: String) -> DoubleMatrix {
      DoubleLayers.layerNorm(
        x, weight: tensor("\(name).weight"), bias: tensor("\(name).bias"), epsilon: 1e-5)
    }
    let (words, places, types) = (
      tensor("embeddings.word_embeddings.weight"),
      tensor("embeddings.position_embeddings.weight"),
      tensor("embeddings.token_type_embeddings.weight")
    )
    var x = DoubleMatrix(tokens.count, configuration.encoder.width) {
      words[tokens[$0], $1] + places[$0, $1] + types[0, $1]
    }
    x = norm(x, "embeddings.LayerNorm")
    for layer in configuration.encoder.blocks.indices {
      let name = "encoder.layer.\(layer)"
      let mixed = DoubleLayers.attention(
        linear(x, "\(name).attention.self.query"), linear(x, "\(name).attention.self.key"),
        linear(x, "\(name).attention.self.value"), heads: configuration.encoder.heads,
        keyValueHeads: configuration.encoder.heads, sequence: tokens.count, isCausal: false)
      let first = DoubleLayers.add(x, linear(mixed, "\(name).attention.output.dense"))
      let middle = norm(first, "\(name).attention.output.LayerNorm")
      let inner = DoubleLayers.gelu(linear(middle, "\(name).intermediate.dense"))
      let second = DoubleLayers.add(middle, linear(inner, "\(name).output.dense"))
      x = norm(second, "\(name).output.LayerNorm")
    }
    return x
  }

  /// The mean of the hidden states, of length 1 if the configuration says so.
  func embedding(_ tokens: [Int]) -> [Double] {
    let hidden = hiddenStates(tokens)
    let means = (0..<hidden.columns).map { column in
      (0..<hidden.rows).reduce(0.0) { $0 + hidden[$1, column] } / Double(hidden.rows)
    }
    let length = means.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return configuration.normalizes ? means.map { $0 / length } : means
  }
}
