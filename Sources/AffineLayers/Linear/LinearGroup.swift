package import AffineQuant

/// Linear layers that read the same input.
///
/// Where their weights have one type they are kept as one, so that the input is quantized once and one
/// loop serves all; each can be had and replaced on its own all the same.
package struct LinearGroup: Sendable {
  private enum Layers: Sendable {
    case joined(Linear)
    case separate([Linear])
  }

  /// The rows of each.
  private let outputs: [Int]
  /// Whether floats are joined, which copies them, and not only codes.
  private let joinsFloats: Bool
  private var layers: Layers

  /// Takes layers with as many inputs each.
  package init(_ linears: [Linear], joiningFloats joinsFloats: Bool = false) {
    precondition(!linears.isEmpty && Set(linears.map(\.weight.shape.columns)).count == 1)
    outputs = linears.map(\.weight.shape.rows)
    self.joinsFloats = joinsFloats
    layers = Self.layers(linears, joinsFloats)
  }

  /// Joins stored weights before they are packed, if they can be: one weight is packed once.
  init(
    _ stored: consuming [StoredMatrix], _ biases: [Matrix<Float>?], _ changes: [LowRankChange?],
    _ activations: ActivationFormat, on execution: Execution
  ) throws {
    outputs = stored.map(\.shape.rows)
    joinsFloats = false
    if changes.allSatisfy({ $0 == nil }), Set(biases.map { $0 == nil }).count == 1,
      let whole = Self.joined(stored.map(\.codes))
    {
      // The parts take as much memory as the whole.
      stored = []
      layers = .joined(
        try Linear(
          activations.weight(.codes(whole), on: execution),
          bias: Matrix(besideEachOther: biases.compactMap(\.self), or: nil)))
      return
    }
    var linears: [Linear] = []
    for (index, tensor) in stored.enumerated() {
      linears.append(
        try Linear(
          activations.weight(tensor, on: execution), bias: biases[index], change: changes[index]))
    }
    layers = .separate(linears)
  }

  /// How many layers there are.
  package var count: Int { outputs.count }

  /// One of the layers.
  package subscript(index: Int) -> Linear {
    get { separated[index] }
    set {
      precondition(newValue.weight.shape.rows == outputs[index], "\(newValue.weight.shape)")
      var all = separated
      all[index] = newValue
      layers = Self.layers(all, joinsFloats)
    }
  }

  /// The outputs of all layers, side by side.
  package func callAsFunction(
    _ input: Matrix<Float>, on execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    switch layers {
    case .joined(let linear): return try linear(input, on: execution)
    case .separate(let linears):
      var results: [Matrix<Float>] = []
      for linear in linears { results.append(try linear(input, on: execution)) }
      return Matrix(besideEachOther: results)
    }
  }

  /// Calls `body` with each layer that is multiplied by itself, or is several, and its first output.
  func forEachProduct<Failure: Error>(
    _ body: (_ layer: Linear, _ column: Int) throws(Failure) -> Void
  ) throws(Failure) {
    switch layers {
    case .joined(let linear): try body(linear, 0)
    case .separate(let linears):
      var column = 0
      for linear in linears {
        try body(linear, column)
        column += linear.weight.shape.rows
      }
    }
  }

  private var separated: [Linear] {
    switch layers {
    case .separate(let linears): return linears
    case .joined(let linear) where outputs.count == 1: return [linear]
    case .joined(let linear):
      var first = 0
      return outputs.map { count in
        defer { first += count }
        return linear.outputs(first..<first + count)
      }
    }
  }

  private static func layers(_ linears: [Linear], _ joinsFloats: Bool) -> Layers {
    Linear(joining: linears, floats: joinsFloats).map(Layers.joined) ?? .separate(linears)
  }

  /// All rows, if there are no floats among them, and no two types.
  private static func joined(_ parts: [AnyQuantized?]) -> AnyQuantized? {
    guard var whole = parts[0] else { return nil }
    for part in parts.dropFirst() {
      guard let part, let next = try? whole.joined(above: part) else { return nil }
      whole = next
    }
    return whole
  }
}

extension StoredMatrix {
  fileprivate var codes: AnyQuantized? {
    if case .codes(let matrix) = self { matrix } else { nil }
  }
}

extension Matrix<Float> {
  /// Matrices side by side, or what stands for none.
  fileprivate init?(besideEachOther matrices: [Matrix], or none: Matrix?) {
    guard !matrices.isEmpty else {
      guard let none else { return nil }
      self = none
      return
    }
    self.init(besideEachOther: matrices)
  }
}
