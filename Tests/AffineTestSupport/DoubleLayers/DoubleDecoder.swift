package import AffineLayers

/// The definition of a whole decoder or encoder, in `Double` and plain loops.
package struct DoubleDecoder {
  package var configuration: DecoderConfiguration
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
    let logits = DoubleLayers.linear(
      states(tokens, sequence: sequence),
      self[c.isTied ? "model.embed_tokens.weight" : "lm_head.weight"])
    return c.logitCap.map { DoubleLayers.cap(logits, at: Double($0)) } ?? logits
  }

  /// What the head reads of each token.
  package func states(_ tokens: [Int], sequence: Int) -> DoubleMatrix {
    let c = configuration
    var x = DoubleLayers.embedding(self["model.embed_tokens.weight"], tokens)
      .map { $0 * Double(c.embeddingScale) }
    if c.learnsPositions {
      x = DoubleLayers.add(
        x,
        DoubleLayers.embedding(self["model.embed_positions.weight"], places(tokens, sequence)))
    }
    guard c.encoder == nil else { return encoded(norm("model.norm", x), sequence) }
    for block in c.blocks.indices {
      let name = "model.layers.\(block)"
      let seen = attention(block, norm("\(name).input_layernorm", x), sequence)
      x = DoubleLayers.add(x, output("\(name).post_self_attn_layernorm", seen))
      let inner = feedForward("\(name).mlp", norm("\(name).post_attention_layernorm", x))
      x = DoubleLayers.add(x, output("\(name).post_mlp_layernorm", inner))
    }
    return norm("model.norm", x)
  }

  /// The blocks of an encoder: each sum is normalized.
  private func encoded(_ rows: DoubleMatrix, _ sequence: Int) -> DoubleMatrix {
    configuration.blocks.indices.reduce(rows) { x, block in
      let name = "model.layers.\(block)"
      let seen = output("\(name).post_self_attn_layernorm", attention(block, x, sequence))
      let middle = norm("\(name).input_layernorm", DoubleLayers.add(x, seen))
      let inner = output("\(name).post_mlp_layernorm", feedForward("\(name).mlp", middle))
      return norm("\(name).post_attention_layernorm", DoubleLayers.add(middle, inner))
    }
  }

  /// From 0 in each sequence; or after padding's number, which padding itself keeps.
  private func places(_ tokens: [Int], _ sequence: Int) -> [Int] {
    guard let padding = configuration.encoder?.paddingToken else {
      return tokens.indices.map { $0 % sequence }
    }
    return tokens.indices.map { place in
      let start = place / sequence * sequence
      let before = tokens[start...place].count { $0 != padding }
      return tokens[place] == padding ? padding : padding + before
    }
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
      keyValueHeads: c.keyValueHeads, sequence: sequence, isCausal: c.encoder == nil,
      scale: c.attentionScale.map(Double.init), cap: c.attentionCap.map(Double.init),
      window: c.blocks[block].window)
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
