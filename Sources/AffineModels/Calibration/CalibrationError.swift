public import AffineQuant

/// A model or a layer that cannot be quantized as asked.
public enum CalibrationError: Error, Hashable {
  /// A weight that its type cannot hold.
  case quantization(layer: String, QuantizationError)
  /// A method that needs the layer's inputs, without any.
  case noInputs(layer: String, method: String)
  /// Inputs with a value that is not finite, or whose square is not.
  case inputsNotFinite(column: Int)
  /// Inputs of another width than the layer's.
  case inputWidth(expected: Int, found: Int)
  /// The products of the inputs, which have no Cholesky factor even with this much of their mean added
  /// to the diagonal.
  case notPositiveDefinite(column: Int, pivot: Double, damping: Double)
  /// A type whose codes a method cannot choose, and what it would need.
  case unsupported(method: String, type: String, needs: String)
  /// What a layer read while the model ran, and why it is of no use.
  case inputs(layer: String, String)
  /// A pattern that no layer's name fits.
  case fitsNothing(pattern: String, layers: Int)
  /// Types whose product has scales that change along the sum.
  case noProduct(inputs: String, weights: String)
  /// A number that a method cannot work with.
  case setting(method: String, name: String, value: Double)
}

extension CalibrationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .quantization(let layer, let error): "the layer '\(layer)' cannot be quantized: \(error)"
    case .noInputs(let layer, let method):
      "\(method) needs inputs of the layer '\(layer)' and there are none"
    case .inputsNotFinite(let column):
      "an input in column \(column), or its square, is not a finite number"
    case .inputWidth(let expected, let found):
      "inputs of \(expected) columns are needed and have \(found)"
    case .notPositiveDefinite(let column, let pivot, let damping):
      "the products of the inputs are not positive definite: the pivot of column \(column) is "
        + "\(pivot), with \(damping) of the mean added to the diagonal"
    case .unsupported(let method, let type, let needs):
      "\(method) cannot choose codes for \(type): it needs \(needs)"
    case .inputs(let layer, let reason): "the layer '\(layer)': \(reason)"
    case .fitsNothing(let pattern, let layers):
      "'\(pattern)' fits none of the \(layers) linear layers"
    case .noProduct(let inputs, let weights):
      "there is no product of \(inputs) inputs and \(weights) weights"
    case .setting(let method, let name, let value): "the \(name) of \(method) cannot be \(value)"
    }
  }
}
