internal import AffineQuant

extension LlamaModel {
  /// The names of linear layers, and the tensors of their weights.
  var linearTensors: [(name: String, tensor: LlamaTensor)] {
    let inside = layers.indices.flatMap { layer in
      LlamaLinear.allCases.map { linear in
        (name: linear.name(layer: layer), tensor: LlamaTensor.linear(layer: layer, linear))
      }
    }
    return head == nil ? inside : inside + [(Self.headName, .head)]
  }

  /// The weights of all norms.
  var normTensors: [(tensor: LlamaTensor, weight: Matrix<Float>)] {
    layers.indices.flatMap { layer in
      LlamaNorm.allCases.map { norm in
        (tensor: LlamaTensor.layerNorm(layer: layer, norm), weight: layers[layer][norm])
      }
    } + [(.norm, norm)]
  }
}
