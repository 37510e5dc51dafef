public import AffineLayers
public import AffineQuant

extension BertModel: QuantizableModel {
  public var linearNames: [String] { encoder.linearLayers.map(names.module) }

  public subscript(linear name: String) -> Linear {
    get { encoder[layer(of: name)] }
    set {
      let layer = layer(of: name)
      precondition(
        newValue.weight.shape == encoder.configuration.shape(of: .weight(layer)),
        "\(name) of \(newValue.weight.shape)")
      encoder[layer] = newValue
    }
  }

  private func layer(of name: String) -> DecoderLayer {
    guard let layer = encoder.linearLayers.first(where: { names.module($0) == name })
    else { preconditionFailure("there is no linear layer '\(name)'") }
    return layer
  }

  /// The norms that linear layers read; the last one is read by the mean over tokens alone.
  public var normGroups: [NormGroup] {
    readNorms.map { norm, linears in
      NormGroup(
        norm: names.module(norm), linears: linears.map(names.module))
    }
  }

  /// Divides the weight and bias of a norm, 1 × width, by factors of that shape, so that the inputs of its group are
  /// divided.
  ///
  /// What a norm writes is also added to the output of the layers after it; there it is multiplied
  /// again.
  ///
  /// - Precondition: The name is that of a group of ``normGroups``, and there is a factor a column.
  public mutating func divideNorm(_ name: String, by factors: Matrix<Float>) {
    guard let norm = readNorms.first(where: { names.module($0.norm) == name })?.norm else {
      preconditionFailure("no linear layers read a norm '\(name)'")
    }
    encoder.divideNorm(norm, by: factors)
  }

  private var readNorms: [(norm: DecoderLayer, linears: [DecoderLayer])] {
    var norms: [(norm: DecoderLayer, linears: [DecoderLayer])] = []
    for block in encoder.configuration.blocks.indices {
      let before = block == 0 ? DecoderLayer.norm : .blockNorm(block: block - 1, .feedForward)
      let heads: [DecoderConfiguration.BlockLinear] = [.query, .key, .value]
      norms.append((before, heads.map { .linear(block: block, $0) }))
      norms.append((.blockNorm(block: block, .attention), [.linear(block: block, .up)]))
    }
    return norms
  }

  public func run(
    _ tokens: [Int], on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float> {
    try check([tokens], first: 0)
    let inFiles = namesInFiles
    return try withoutActuallyEscaping(observe) { observe in
      do {
        return try encoder.states(of: [tokens], on: execution) { linear, input in
          try observe(inFiles[linear] ?? linear, input)
        }
      } catch { throw inNamesOfFiles(error) }
    }
  }

  /// What its files call things.
  var names: ModuleNames { ModuleNames(architecture: configuration.architecture) }
}
