internal import AffineLayers
public import AffineQuant

extension LlamaModel: QuantizableModel {
  /// The name of what makes logits, where it is not the embedding.
  static let headName = "lm_head"

  public var linearNames: [String] {
    let inside = layers.indices.flatMap { layer in
      LlamaLinear.allCases.map { $0.name(layer: layer) }
    }
    return head == nil ? inside : inside + [Self.headName]
  }

  public subscript(linear name: String) -> Linear {
    get {
      if name == Self.headName, let head { return head }
      let (layer, linear) = place(of: name)
      return layers[layer][linear]
    }
    set {
      if name == Self.headName, head != nil {
        head = newValue
        return
      }
      let (layer, linear) = place(of: name)
      layers[layer][linear] = newValue
    }
  }

  public var normGroups: [NormGroup] {
    let inside = layers.indices.flatMap { layer in
      [
        NormGroup(
          norm: LlamaNorm.attention.name(layer: layer),
          linears: [LlamaLinear.query, .key, .value].map { $0.name(layer: layer) }),
        NormGroup(
          norm: LlamaNorm.feedForward.name(layer: layer),
          linears: [LlamaLinear.gate, .up].map { $0.name(layer: layer) }),
      ]
    }
    return head == nil ? inside : inside + [NormGroup(norm: "model.norm", linears: [Self.headName])]
  }

  public mutating func divideNorm(_ name: String, by factors: Matrix<Float>) {
    precondition(factors.shape == norm.shape, "\(factors) for \(norm)")
    if name == "model.norm" {
      norm = Self.quotient(norm, factors)
      return
    }
    for layer in layers.indices {
      for norm in LlamaNorm.allCases where norm.name(layer: layer) == name {
        layers[layer][norm] = Self.quotient(layers[layer][norm], factors)
        return
      }
    }
    preconditionFailure("there is no norm '\(name)'")
  }

  public func run(
    _ tokens: [Int], on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float> {
    var cache = KeyValueCache(configuration, format: .float32)
    try check(tokens, cache)
    return try withoutActuallyEscaping(observe) { observe in
      let pass = LlamaPass(self, .all, execution, observe: observe)
      return try pass.logits(of: try pass.states(of: tokens, &cache))
    }
  }

  private func place(of name: String) -> (layer: Int, linear: LlamaLinear) {
    let parts = name.split(separator: ".", maxSplits: 3)
    guard parts.count == 4, name.hasPrefix("model.layers."), let layer = Int(parts[2]),
      layers.indices.contains(layer), let linear = LlamaLinear(rawValue: String(parts[3]))
    else { preconditionFailure("there is no linear layer '\(name)'") }
    return (layer, linear)
  }

  private static func quotient(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Matrix<Float> {
    Matrix(rows: a.shape.rows, columns: a.shape.columns) { a[$0, $1] / b[$0, $1] }
  }
}

extension LlamaLinear {
  /// The name of a layer's.
  func name(layer: Int) -> String { "model.layers.\(layer).\(rawValue)" }
}

extension LlamaNorm {
  /// The name of a layer's.
  func name(layer: Int) -> String { "model.layers.\(layer).\(rawValue)" }
}
