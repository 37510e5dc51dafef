package import AffineQuant

extension DecoderModel {
  /// All linear layers, in the order in which they run.
  package var linearLayers: [DecoderLayer] { configuration.linearLayers }

  /// A linear layer.
  ///
  /// - Precondition: It is one of ``linearLayers``.
  package subscript(layer: DecoderLayer) -> Linear {
    get {
      switch layer {
      case .linear(let block, let linear): return blocks[block][linear]
      case .head: if let head { return head }
      case .embedding, .positions, .norm, .blockNorm: break
      }
      preconditionFailure("there is no linear layer '\(layer.name)'")
    }
    set {
      switch layer {
      case .linear(let block, let linear): blocks[block][linear] = newValue
      case .head: head = newValue
      case .embedding, .positions, .norm, .blockNorm:
        preconditionFailure("there is no linear layer '\(layer.name)'")
      }
    }
  }

  /// The norms, as a model of ``configuration`` has them.
  package var normTensors: [(tensor: DecoderTensor, value: Matrix<Float>)] {
    configuration.tensors.compactMap { tensor in
      switch tensor {
      case .weight(let layer): norm(layer).map { (tensor, $0.weight) }
      case .bias(let layer): norm(layer)?.bias.map { (tensor, $0) }
      }
    }
  }

  /// Divides what a norm gives, so that the inputs of its readers are divided.
  ///
  /// - Precondition: The layer is a norm of the model, and there is a factor a column.
  package mutating func divideNorm(_ layer: DecoderLayer, by factors: Matrix<Float>) {
    switch layer {
    case .norm: norm.divide(by: factors)
    case .blockNorm(let block, let place):
      blocks[block].norms[place]?.divide(by: factors)
      blocks[block].norms.spreadHeads(configuration)
    case .embedding, .positions, .linear, .head:
      preconditionFailure("there is no norm '\(layer.name)'")
    }
  }

  /// A norm, if the layer is one of the model.
  package func norm(_ layer: DecoderLayer) -> Norm? {
    switch layer {
    case .norm: norm
    case .blockNorm(let block, let place): blocks[block].norms[place]
    case .embedding, .positions, .linear, .head: nil
    }
  }
}
