public import AffineQuant

/// What stops training.
public enum TrainingError: Error {
  /// A loss, or a gradient, that is not a finite number.
  case notFinite(tensor: String, step: Int)
  /// A tensor that cannot be quantized.
  case quantization(tensor: String, QuantizationError)
  /// Shapes that do not agree.
  case shape(tensor: String, ShapeError)
  /// A recipe that cannot be followed.
  case recipe(RecipeError)
  /// A text that does not serve.
  case corpus(CorpusError)
  /// Parameters that cannot be moved.
  case optimizer(OptimizerError)
  /// What ranks that train together exchange through has failed.
  case communication(String)
  /// A model or settings that cannot be.
  case model(String)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFinite(let tensor, let step): "\(tensor) is not finite at step \(step)"
    case .quantization(let tensor, let error): "\(tensor): \(error)"
    case .shape(let tensor, let error): "\(tensor): \(error)"
    case .recipe(let error): error.description
    case .corpus(let error): error.description
    case .optimizer(let error): error.description
    case .communication(let reason): reason
    case .model(let reason): reason
    }
  }
}
