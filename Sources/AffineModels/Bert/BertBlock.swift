internal import AffineLayers
internal import AffineQuant

/// A block of BERT: attention and two linear layers, each followed by a norm of the sum.
struct BertBlock: Sendable {
  /// The linear layers, in the order in which they run.
  enum Part: Int, CaseIterable {
    case query, key, value, attentionOutput, inner, outer

    /// What BERT's files call it within a block.
    var nameInBert: String {
      switch self {
      case .query: "attention.self.query"
      case .key: "attention.self.key"
      case .value: "attention.self.value"
      case .attentionOutput: "attention.output.dense"
      case .inner: "intermediate.dense"
      case .outer: "output.dense"
      }
    }

    /// Outputs and inputs.
    func shape(_ configuration: BertConfiguration) -> Shape {
      let (width, inner) = (configuration.width, configuration.innerWidth)
      return switch self {
      case .query, .key, .value, .attentionOutput: Shape(width, width)
      case .inner: Shape(inner, width)
      case .outer: Shape(width, inner)
      }
    }
  }

  /// What files call the linear layers.
  private let names: [Part: String]
  /// Query, key and value.
  private var heads: LinearGroup
  /// The others, in the order of their parts.
  private var linears: [Linear]
  var attentionNorm: BertNorm
  var outputNorm: BertNorm

  /// - Precondition: There is a layer for every part.
  init(
    names: [Part: String], linears: [Linear], attentionNorm: BertNorm, outputNorm: BertNorm
  ) {
    precondition(linears.count == Part.allCases.count, "\(linears.count) linear layers")
    let first = Part.attentionOutput.rawValue
    self.names = names
    heads = LinearGroup(Array(linears[..<first]), joiningFloats: true)
    self.linears = Array(linears[first...])
    self.attentionNorm = attentionNorm
    self.outputNorm = outputNorm
  }

  subscript(part: Part) -> Linear {
    get {
      part.rawValue < heads.count ? heads[part.rawValue] : linears[part.rawValue - heads.count]
    }
    set {
      if part.rawValue < heads.count {
        heads[part.rawValue] = newValue
      } else {
        linears[part.rawValue - heads.count] = newValue
      }
    }
  }

  /// The output of the block for the output of the norm before it.
  func callAsFunction(
    _ x: Matrix<Float>, after norm: BertNorm, _ attention: Attention, on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) -> Void
  ) throws(BertError) -> Matrix<Float> {
    func run(_ part: Part, _ input: Matrix<Float>) throws(BertError) -> Matrix<Float> {
      observe(name(part), input)
      return try named(part) { () throws(QuantizationError) in
        try self[part](input, on: execution)
      }
    }
    for part in [Part.query, .key, .value] { observe(name(part), x) }
    let joined = try named(.query) { () throws(QuantizationError) in
      try heads(x, on: execution)
    }
    let weighted = attention.output(ofJoined: joined, on: execution)
    var sum = try run(.attentionOutput, weighted)
    Elementwise.accumulate(&sum, norm.restored(x, on: execution), on: execution)
    let middle = attentionNorm(sum, on: execution)
    var output = try run(.outer, Elementwise.gelu(run(.inner, middle), on: execution))
    Elementwise.accumulate(&output, attentionNorm.restored(middle, on: execution), on: execution)
    return outputNorm(output, on: execution)
  }

  private func name(_ part: Part) -> String { names[part] ?? part.nameInBert }

  private func named(
    _ part: Part, _ body: () throws(QuantizationError) -> Matrix<Float>
  ) throws(BertError) -> Matrix<Float> {
    do { return try body() } catch { throw .layer(name: name(part), error) }
  }
}
