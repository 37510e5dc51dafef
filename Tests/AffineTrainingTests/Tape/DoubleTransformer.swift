import AffineLayers
import AffineTestSupport
import AffineTraining

/// The definition of a whole decoder-only transformer, in `Double`.
struct DoubleTransformer {
  let shape: TransformerShape
  /// By name.
  var parameters: [String: DoubleMatrix]
  /// What adapters are multiplied with, where the model has them.
  var adapterFactor = 0.0
  /// What keys and values become before attention reads them.
  var cache: (DoubleMatrix) -> DoubleMatrix = { $0 }

  init(_ model: Transformer) {
    shape = model.shape
    parameters = Dictionary(
      uniqueKeysWithValues: model.parameters.map { ($0.name, DoubleMatrix($0.value.floats())) })
  }

  /// The mean negative log-likelihood of targets that are not −1.
  func loss(_ tokens: [Int], targets: [Int], sequence: Int) -> Double {
    DoubleLayers.crossEntropy(logits(tokens, sequence: sequence), targets)
  }

  private func logits(_ tokens: [Int], sequence: Int) -> DoubleMatrix {
    var x = DoubleLayers.embedding(self["tokens.weight"], tokens)
    if shape.positions == .learned {
      let places = tokens.indices.map { $0 % sequence }
      x = DoubleLayers.add(x, DoubleLayers.embedding(self["positions.weight"], places))
    }
    for index in 0..<shape.layers {
      let name = "blocks.\(index)"
      let mixed = attention("\(name).attention", norm("\(name).attentionNorm", x), sequence)
      x = DoubleLayers.add(x, mixed)
      x = DoubleLayers.add(
        x, feedForward("\(name).feedForward", norm("\(name).feedForwardNorm", x)))
    }
    let head = self[shape.isTied ? "tokens.weight" : "head.weight"]
    return DoubleLayers.linear(norm("norm", x), head)
  }

  private subscript(name: String) -> DoubleMatrix {
    guard let matrix = parameters[name] else { preconditionFailure("no \(name)") }
    return matrix
  }

  private func linear(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    let y = DoubleLayers.linear(x, self["\(name).weight"])
    guard let a = parameters["\(name).lora.a"] else { return y }
    let change = DoubleLayers.linear(DoubleLayers.linear(x, a), self["\(name).lora.b"])
    return DoubleLayers.add(y, change.map { $0 * adapterFactor })
  }

  private func norm(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    let (weight, epsilon) = (self["\(name).weight"], Double(Float(1e-5)))
    let bias = parameters["\(name).bias"]
    return switch shape.norm {
    case .layer: DoubleLayers.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
    case .rms: DoubleLayers.rootMeanSquareNorm(x, weight: weight, epsilon: epsilon)
    case .range: DoubleLayers.rangeNorm(x, weight: weight, bias: bias, epsilon: epsilon)
    }
  }

  private func attention(_ name: String, _ x: DoubleMatrix, _ sequence: Int) -> DoubleMatrix {
    var (q, k) = (linear("\(name).query", x), linear("\(name).key", x))
    if shape.positions == .rotary {
      q = DoubleLayers.rotary(q, heads: shape.heads, sequence: sequence, base: 10_000)
      k = DoubleLayers.rotary(k, heads: shape.keyValueHeads, sequence: sequence, base: 10_000)
    }
    let mixed = DoubleLayers.attention(
      q, cache(k), cache(linear("\(name).value", x)), heads: shape.heads,
      keyValueHeads: shape.keyValueHeads,
      sequence: sequence)
    return linear("\(name).output", mixed)
  }

  private func feedForward(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    let up = linear("\(name).up", x)
    let bent =
      switch shape.activation {
      case .gelu: DoubleLayers.gelu(up)
      case .silu: DoubleLayers.silu(up)
      case .swiglu: DoubleLayers.swiglu(gate: linear("\(name).gate", x), up: up)
      }
    return linear("\(name).down", bent)
  }
}
