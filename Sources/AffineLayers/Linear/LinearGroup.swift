internal import AffineQuant

/// Linear layers that read the same input.
///
/// Where their weights have one type they are kept as one, so that the input is quantized once and one
/// loop serves all; each can be had and replaced on its own all the same.
struct LinearGroup: Sendable {
  private enum Layers: Sendable {
    case joined(PackedWeight)
    case separate([Linear])
  }

  /// The rows of each.
  private let outputs: [Int]
  private var layers: Layers

  /// Takes layers with as many inputs each.
  init(_ linears: [Linear], on execution: Execution = .standard) {
    precondition(!linears.isEmpty && Set(linears.map(\.weight.shape.columns)).count == 1)
    outputs = linears.map(\.weight.shape.rows)
    layers = .separate(linears)
    join(execution)
  }

  /// Joins stored weights, which are packed together if they can be and have no biases.
  init(
    _ stored: consuming [StoredMatrix], _ biases: [Matrix<Float>?], _ activations: ActivationFormat,
    on execution: Execution
  ) throws {
    outputs = stored.map(\.shape.rows)
    if biases.allSatisfy({ $0 == nil }), let whole = Self.joined(stored.map(\.codes)) {
      // The parts take as much memory as the whole.
      stored = []
      let weight = try activations.weight(.codes(whole), on: execution)
      guard case .quantized(let packed) = weight else { preconditionFailure("codes become floats") }
      layers = .joined(packed)
      return
    }
    var linears: [Linear] = []
    for (tensor, bias) in zip(stored, biases) {
      linears.append(try Linear(activations.weight(tensor, on: execution), bias: bias))
    }
    layers = .separate(linears)
  }

  /// How many layers there are.
  var count: Int { outputs.count }

  /// One of the layers.
  subscript(index: Int) -> Linear {
    get { separated[index] }
    set {
      precondition(newValue.weight.shape.rows == outputs[index], "\(newValue.weight.shape)")
      var all = separated
      all[index] = newValue
      layers = .separate(all)
      join(.standard)
    }
  }

  /// The outputs of all layers, side by side.
  func callAsFunction(
    _ input: Matrix<Float>, on execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    switch layers {
    case .joined(let packed): return try packed.linear(input, on: execution)
    case .separate(let linears):
      var results: [Matrix<Float>] = []
      for linear in linears { results.append(try linear(input, on: execution)) }
      return Matrix(besideEachOther: results)
    }
  }

  private var separated: [Linear] {
    switch layers {
    case .separate(let linears): return linears
    case .joined(let packed):
      let rows = packed.unpacked
      var first = 0
      return outputs.map { count in
        guard let part = try? rows.rows(first..<first + count) else {
          preconditionFailure("rows \(first)… of \(rows.shape)")
        }
        first += count
        return Linear(weight: .quantized(PackedWeight(part, inputs: packed.inputs)))
      }
    }
  }

  private mutating func join(_ execution: Execution) {
    guard case .separate(let linears) = layers else { return }
    let packed = linears.compactMap(\.packedAlone)
    guard packed.count == linears.count, Set(packed.map(\.inputs)).count == 1,
      Set(packed.map(\.quantizedType)).count == 1,
      let whole = Self.joined(packed.map { $0.unpacked })
    else { return }
    layers = .joined(PackedWeight(whole, inputs: packed[0].inputs, on: execution))
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

extension Linear {
  /// The weight, if there is nothing else that outputs depend on.
  fileprivate var packedAlone: PackedWeight? {
    guard bias == nil, inputFactors == nil, case .quantized(let packed) = weight else { return nil }
    return packed
  }
}

extension StoredMatrix {
  fileprivate var codes: AnyQuantized? {
    if case .codes(let matrix) = self { matrix } else { nil }
  }
}
