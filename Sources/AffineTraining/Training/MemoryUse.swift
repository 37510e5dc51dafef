/// Bytes that training holds, counted from the buffers that hold them.
public struct MemoryUse: Sendable, Hashable {
  /// Parameters.
  public var weights = 0
  /// Of them, those that a recipe rounds anew for every product: master weights.
  public var masterWeights = 0
  /// Moments of the optimizer.
  public var optimizer = 0
  /// Gradients of all parameters, between the backward pass and the step.
  public var gradients = 0
  /// What a forward pass saves for the backward pass, at its end.
  public var activations = 0

  /// All of it.
  public var total: Int { weights + optimizer + gradients + activations }
}
