public import AffineQuant

/// Rounds column after column, and makes up for each error in the columns that are still to come.
///
/// With H = Σ x · xᵀ damped, and U upper triangular with H⁻¹ = Uᵀ · U:
///
///     qᵢ = Q(wᵢ),   e = (wᵢ − qᵢ) / Uᵢᵢ,   wⱼ ← wⱼ − e · Uᵢⱼ for all j > i
///
/// Blocks of columns are finished one after another, and what they owe to the columns after them is paid in
/// one product. A group's parameters are chosen when its first column is reached, from weights that
/// every column before it has changed. A column whose inputs are all zero becomes zero.
///
/// Source: Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
/// Transformers" (arXiv 2210.17323).
public struct GPTQ: QuantizationMethod {
  public let name = "gptq"
  public let needsInputs = true
  /// What is added to the diagonal of H, in parts of its mean; raised tenfold as long as H is not
  /// positive definite.
  public var damping = 0.01
  /// Columns of one block.
  public var blockColumns = 128
  /// Whether columns with large inputs are rounded first; all parameters are chosen before then.
  public var ordersByActivity = false
  /// Whether scales are looked for; without, they follow from the ranges of blocks.
  var searchesScales = false

  /// Starts with the numbers of the paper.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    let inputs = try group.requireInputs(name)
    guard blockColumns > 0 else {
      throw .setting(method: name, name: "block of columns", value: Double(blockColumns))
    }
    guard damping >= 0, damping.isFinite else {
      throw .setting(method: name, name: "damping", value: damping)
    }
    let activity = (0..<inputs.columns).map { inputs.products[$0, $0] }
    var order = Array(activity.indices)
    if ordersByActivity { order.sort { (activity[$1], $0) < (activity[$0], $1) } }
    let search = searchesScales ? ScaleSearch(importance: importance(activity)) : nil
    let factor = try InverseFactor(inputs.products, order: order, damping: damping, on: execution)
    let weights = try group.members.map { member throws(CalibrationError) -> AnyQuantized? in
      guard let type = member.type else { return nil }
      guard type.block.rows == 1 else {
        throw .unsupported(method: name, type: type.name, needs: "blocks inside one row")
      }
      let weight = Matrix(member.weight.shape, on: execution) { row, output in
        let values = member.weight.row(row)
        for (place, column) in order.enumerated() {
          output[place] = activity[column] == 0 ? 0 : values[column]
        }
      }
      do throws(QuantizationError) {
        try member.weight.requireFinite()
        let run = ErrorFeedback(
          quantizer: try BlockQuantizer(type), factor: factor.upper,
          search: search, order: ordersByActivity ? order : nil, blockColumns: blockColumns,
          execution: execution)
        return try run(weight)
      } catch { throw .quantization(layer: member.name, error) }
    }
    return QuantizedGroup(weights)
  }

  /// The damped diagonal in parts of its mean, in the order of the weight's own columns.
  private func importance(_ activity: [Float]) -> [Float] {
    let mean = activity.reduce(0, +) / Float(max(activity.count, 1))
    return activity.map { (mean > 0 ? $0 / mean : 0) + Float(damping) }
  }
}

extension Matrix<Float> {
  /// - Throws: ``QuantizationError/notFinite(_:row:column:)``.
  func requireFinite() throws(QuantizationError) {
    let span = values.span
    guard let index = span.indices.first(where: { !span[$0].isFinite }) else { return }
    throw .notFinite(span[index], row: index / shape.columns, column: index % shape.columns)
  }
}
