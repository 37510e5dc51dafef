internal import AffineLayers
internal import AffineQuant

/// A block of BERT: attention and two linear layers, each followed by a norm of the sum.
struct BertBlock: Sendable {
  /// The linear layers, in the order in which they run.
  enum Part: Int, CaseIterable {
    case query, key, value, attentionOutput, inner, outer

    /// What checkpoints call it.
    func name(_ layer: Int) -> String {
      let part =
        switch self {
        case .query: "attention.self.query"
        case .key: "attention.self.key"
        case .value: "attention.self.value"
        case .attentionOutput: "attention.output.dense"
        case .inner: "intermediate.dense"
        case .outer: "output.dense"
        }
      return BertModel.name(layer, part)
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

  private let layer: Int
  private var linears: [Linear]
  /// Query, key and value as one layer, where they are of one type.
  private var joined: Linear?
  var attentionNorm: BertNorm
  var outputNorm: BertNorm

  /// - Precondition: There is a layer for every part.
  init(_ layer: Int, linears: [Linear], attentionNorm: BertNorm, outputNorm: BertNorm) {
    precondition(linears.count == Part.allCases.count, "\(linears.count) linear layers")
    self.layer = layer
    self.linears = linears
    self.attentionNorm = attentionNorm
    self.outputNorm = outputNorm
    joined = Linear(joining: linears[..<Part.attentionOutput.rawValue])
  }

  subscript(part: Part) -> Linear {
    get { linears[part.rawValue] }
    set {
      linears[part.rawValue] = newValue
      guard part.rawValue < Part.attentionOutput.rawValue else { return }
      joined = Linear(joining: linears[..<Part.attentionOutput.rawValue])
    }
  }

  /// The output of the block for the output of the norm before it.
  func callAsFunction(
    _ x: Matrix<Float>, after norm: BertNorm, _ attention: Attention, on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) -> Void
  ) throws(BertError) -> Matrix<Float> {
    func run(_ part: Part, _ input: Matrix<Float>) throws(BertError) -> Matrix<Float> {
      observe(part.name(layer), input)
      return try apply(self[part], part, input, execution)
    }
    let weighted: Matrix<Float>
    if let joined {
      for part in [Part.query, .key, .value] { observe(part.name(layer), x) }
      weighted = attention.output(
        ofJoined: try apply(joined, .query, x, execution), on: execution)
    } else {
      weighted = attention.output(
        try run(.query, x), try run(.key, x), try run(.value, x), on: execution)
    }
    var sum = try run(.attentionOutput, weighted)
    Elementwise.accumulate(&sum, norm.restored(x, on: execution), on: execution)
    let middle = attentionNorm(sum, on: execution)
    var output = try run(.outer, Elementwise.gelu(run(.inner, middle), on: execution))
    Elementwise.accumulate(&output, attentionNorm.restored(middle, on: execution), on: execution)
    return outputNorm(output, on: execution)
  }

  private func apply(
    _ linear: Linear, _ part: Part, _ input: Matrix<Float>, _ execution: Execution
  ) throws(BertError) -> Matrix<Float> {
    do { return try linear(input, on: execution) } catch {
      throw .layer(name: part.name(layer), error)
    }
  }
}
