internal import AffineLayers
public import AffineQuant

extension Transformer {
  /// Whether linear layers have trained changes beside frozen weights.
  public var hasAdapters: Bool { adapters != nil }

  /// Freezes all parameters, and adds a trained change of low rank to every linear layer that follows
  /// the recipe: LoRA, or QLoRA where weights are kept in codes.
  ///
  ///     y = linear(x, W) + (alpha / rank) · (x · Aᵀ) · Bᵀ
  ///
  /// A and B are parameters named `<layer>.lora.a` and `<layer>.lora.b`, in float32; A is random and B
  /// is zero, so that the model computes at first what it did. What is frozen has neither gradient nor
  /// moments.
  ///
  /// - Parameters:
  ///   - rank: Rows of A.
  ///   - alpha: What a change is multiplied with, times `rank`.
  ///   - seed: Fixes A.
  /// - Throws: ``TrainingError/model(_:)``: a rank that no matrix has, an alpha that is zero or not
  ///   finite, a model with adapters.
  public mutating func addAdapters(
    rank: Int, alpha: Float, seed: UInt64
  ) throws(TrainingError) {
    guard rank >= 1, rank <= 1 << 24 else {
      throw .model("the rank of adapters must be between 1 and \(1 << 24), not \(rank)")
    }
    guard alpha.isFinite, alpha != 0 else {
      throw .model("the alpha of adapters cannot be \(alpha)")
    }
    guard !hasAdapters else { throw .model("the model has adapters already") }
    addAdapters(rank: rank, factor: alpha / Float(rank), seed: seed)
  }

  mutating func addAdapters(rank: Int, factor: Float, seed: UInt64) {
    var builder = ParameterBuilder(
      seed: seed, learnsSteps: false, continuing: parameters, owners: owners)
    var layers: [Int: LowRankAdapter] = [:]
    for layer in linearLayers {
      layers[layer.weight] = LowRankAdapter(
        layer.name, of: parameters[layer.weight].shape, rank: rank, factor: factor,
        to: &builder)
    }
    adapters = LowRankAdapters(
      factor: factor, layers: layers, factors: parameters.map(\.learningRateFactor))
    let frozen = parameters.indices
    (parameters, owners) = (builder.parameters, builder.owners)
    for index in frozen { parameters[index].learningRateFactor = 0 }
  }

  /// Adds every change to its weight, takes the adapters away, and trains again what was trained before.
  ///
  /// Without adapters it does nothing.
  ///
  /// - Parameters:
  ///   - keepsFormats: Whether weights become again what they were, codes with new scales or bfloat16,
  ///     rounded to the nearest; otherwise they stay float32, and nothing is lost. A weight to which nothing is
  ///     added stays as it is, and a block of one keeps its codes where the rule of its type made it and its scale
  ///     is a number.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``TrainingError``: a sum that cannot be quantized; nothing has changed then.
  public mutating func mergeAdapters(
    keepingFormats keepsFormats: Bool = true, on execution: Execution = .standard
  ) throws(TrainingError) {
    guard let adapters else { return }
    var merged = Array(parameters.prefix(adapters.factors.count))
    for layer in linearLayers {
      guard let adapter = adapters.layers[layer.weight] else { continue }
      merged[layer.weight].value = try changed(
        merged[layer.weight], adapter, keepsFormats, execution)
    }
    for (index, factor) in adapters.factors.enumerated() {
      merged[index].learningRateFactor = factor
    }
    parameters = merged
    self.adapters = nil
  }

  private func changed(
    _ weight: Parameter, _ adapter: LowRankAdapter, _ keepsFormat: Bool, _ execution: Execution
  ) throws(TrainingError) -> StoredMatrix {
    var value = keepsFormat ? weight.value : .float32(weight.value.floats(on: execution))
    do throws(QuantizationError) {
      let change: Matrix<Float>
      do throws(ShapeError) { change = try adapter.change(parameters).values(on: execution) } catch
      {
        throw .shape(error)
      }
      guard change.shape == weight.shape else {
        throw .shape(
          .wrongCount(of: "values", expected: weight.shape.count, found: change.shape.count))
      }
      // What has not changed need not become codes again, by whatever rule it became codes.
      guard change.values.array.contains(where: { $0 != 0 }) else { return value }
      try value.change(rounding: .nearestEven, on: execution) { values in
        Elementwise.accumulate(&values, change, on: execution)
      }
    } catch { throw .quantization(tensor: weight.name, error) }
    return value
  }
}
