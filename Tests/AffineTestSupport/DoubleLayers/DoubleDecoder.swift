package import AffineLayers

/// The definition of a whole decoder, in `Double` and plain loops.
package struct DoubleDecoder {
  package let configuration: DecoderConfiguration
  /// By the names of tensors.
  package var parameters: [String: DoubleMatrix]
  /// What the products of low-rank adapters are multiplied with, where the model has them.
  package var adapterFactor = 0.0
  /// What keys and values become before attention reads them.
  package var cache: (DoubleMatrix) -> DoubleMatrix = { $0 }
  /// Sees the queries and keys of each block.
  package var observe: (_ q: DoubleMatrix, _ k: DoubleMatrix) -> Void = { _, _ in }

  package init(_ configuration: DecoderConfiguration, _ parameters: [String: DoubleMatrix]) {
    self.configuration = configuration
    self.parameters = parameters
  }

  /// The mean negative log-likelihood of targets that are not −1.
  package func loss(_ tokens: [Int], targets: [Int], sequence: Int) -> Double {
    DoubleLayers.crossEntropy(logits(tokens, sequence: sequence), targets)
  }

  /// The logits after each token of some sequences.
  package func logits(_ tokens: [Int], sequence: Int) -> DoubleMatrix {
    let c = configuration
    let table = self["model.embed_tokens.weight"]
    var x = DoubleLayers.embedding(table, tokens).map { $0 * Double(c.embeddingScale) }
    if c.learnsPositions {
      let places = tokens.indices.map { $0 % sequence }
      x = DoubleLayers.add(x, DoubleLayers.embedding(self["model.embed_positions.weight"], places))
    }
    for block in c.blocks.indices {
      let name = "model.layers.\(block)"
      let seen = attention(block, norm("\(name).input_layernorm", x), sequence)
      x = DoubleLayers.add(x, output("\(name).post_self_attn_layernorm", seen))
      let inner = feedForward("\(name).mlp", norm("\(name).post_attention_layernorm", x))
      x = DoubleLayers.add(x, output("\(name).post_mlp_layernorm", inner))
    }
    let logits = DoubleLayers.linear(
      norm("model.norm", x), c.isTied ? table : self["lm_head.weight"])
    return c.logitCap.map { DoubleLayers.cap(logits, at: Double($0)) } ?? logits
  }

  private subscript(name: String) -> DoubleMatrix {
    guard let matrix = parameters[name] else { preconditionFailure("no \(name)") }
    return matrix
  }

  private func linear(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    var y = DoubleLayers.linear(x, self["\(name).weight"])
    if let bias = parameters["\(name).bias"] {
      y = DoubleMatrix(y.rows, y.columns) { y[$0, $1] + bias[0, $1] }
    }
    guard let a = parameters["\(name).lora.a"] else { return y }
    let change = DoubleLayers.linear(DoubleLayers.linear(x, a), self["\(name).lora.b"])
    return DoubleLayers.add(y, change.map { $0 * adapterFactor })
  }

  private func norm(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    let epsilon = Double(configuration.normEpsilon)
    let weight = self["\(name).weight"].map { $0 + Double(configuration.normOffset) }
    let bias = parameters["\(name).bias"]
    return switch configuration.norm {
    case .layer: DoubleLayers.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
    case .rms: DoubleLayers.rootMeanSquareNorm(x, weight: weight, epsilon: epsilon)
    case .range: DoubleLayers.rangeNorm(x, weight: weight, bias: bias, epsilon: epsilon)
    }
  }

  private func output(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    configuration.normalizesOutputs ? norm(name, x) : x
  }

  /// Heads of queries or keys, normalized and turned.
  private func heads(
    _ x: DoubleMatrix, _ norm: String, _ count: Int, _ block: Int, _ sequence: Int
  ) -> DoubleMatrix {
    let c = configuration
    var x = x
    if c.normalizesHeads {
      var rows = DoubleMatrix(x.rows * count, c.headSize) { _, _ in 0 }
      rows.values = x.values
      let weight = self[norm].map { $0 + Double(c.normOffset) }
      x.values =
        DoubleLayers.rootMeanSquareNorm(rows, weight: weight, epsilon: Double(c.normEpsilon)).values
    }
    guard let rule = c.blocks[block].rotary else { return x }
    return DoubleLayers.rotary(
      x, heads: count, sequence: sequence, base: rule.base, turning: rule.columns,
      divisors: rule.divisors, magnitude: rule.magnitude)
  }

  private func attention(_ block: Int, _ x: DoubleMatrix, _ sequence: Int) -> DoubleMatrix {
    let (c, name) = (configuration, "model.layers.\(block).self_attn")
    let q = heads(linear("\(name).q_proj", x), "\(name).q_norm.weight", c.heads, block, sequence)
    let k = heads(
      linear("\(name).k_proj", x), "\(name).k_norm.weight", c.keyValueHeads, block, sequence)
    observe(q, k)
    let mixed = DoubleLayers.attention(
      q, cache(k), cache(linear("\(name).v_proj", x)), heads: c.heads,
      keyValueHeads: c.keyValueHeads, sequence: sequence, scale: c.attentionScale.map(Double.init),
      cap: c.attentionCap.map(Double.init), window: c.blocks[block].window)
    return linear("\(name).o_proj", mixed)
  }

  private func feedForward(_ name: String, _ x: DoubleMatrix) -> DoubleMatrix {
    let up = linear("\(name).up_proj", x)
    let inner =
      switch configuration.activation {
      case .gelu: DoubleLayers.gelu(up)
      case .silu: DoubleLayers.silu(up)
      case .swiglu: DoubleLayers.swiglu(gate: linear("\(name).gate_proj", x), up: up)
      case .geglu: DoubleLayers.geglu(gate: linear("\(name).gate_proj", x), up: up)
      }
    return linear("\(name).down_proj", inner)
  }
}
