public import AffineLayers
public import AffineQuant

/// A model whose linear layers can be replaced one by one: what post-training quantization works on.
public protocol QuantizableModel: Sendable {
  /// The names of the linear layers, in the order in which they run.
  var linearNames: [String] { get }

  /// A linear layer by its name.
  ///
  /// - Precondition: The name is one of ``linearNames``.
  subscript(linear name: String) -> Linear { get set }

  /// Layers that read the output of the same norm.
  var normGroups: [NormGroup] { get }

  /// Divides the weights (and biases) of a norm, 1 × width, so that the inputs of its group are divided.
  ///
  /// - Precondition: The name is that of a group of ``normGroups``, and there is a factor a column.
  mutating func divideNorm(_ name: String, by factors: Matrix<Float>)

  /// Runs the model on one sequence of tokens and shows the input of every linear layer.
  ///
  /// - Returns: What the model is judged by, a row a token: logits, or hidden states.
  /// - Throws: An error of the model for tokens that it does not take, or what `observe` throws.
  func run(
    _ tokens: [Int], on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float>
}

/// The linear layers that read what one norm wrote.
public struct NormGroup: Sendable, Hashable {
  /// The name of the norm.
  public let norm: String
  /// The names of the layers.
  public let linears: [String]

  /// Pairs a norm with its readers.
  public init(norm: String, linears: [String]) {
    self.norm = norm
    self.linears = linears
  }
}
