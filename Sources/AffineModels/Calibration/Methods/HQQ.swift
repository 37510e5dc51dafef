public import AffineQuant

/// Moves each block's bias so that a few large errors count less: half-quadratic quantization.
///
/// The scale stays that of the range. In turns, the errors E that a norm below 1 would not count are set
/// aside, and the bias becomes the mean of what is left:
///
///     E = sign(d) · max(|d| − |d|^(p − 1) / β, 0),   bias = mean(W − E − scale · code)
///
/// for d = W less its quantized values, until the mean |d| of the whole weight stops falling. Errors below
/// β^(1 / (p − 2)), 0.17 at first, are never set aside: in weights as small as those of most models the bias
/// becomes one that no error has a mean with, and nothing else happens.
///
/// It needs no inputs, and a type with biases whose blocks lie in one row or in one column: the author's
/// axes 1 and 0, where neighbouring rows form a block of ours, and rows evenly spaced one of his.
///
/// Source: Badri and Shaji, "Half-Quadratic Quantization of Large Machine Learning Models" (Mobius Labs, 2023),
/// https://mobiusml.github.io/hqq_blog/.
public struct HQQ: QuantizationMethod {
  public let name = "hqq"
  public let needsInputs = false
  /// The p of the norm, below 1.
  public var norm = 0.7
  /// β in the first round.
  public var beta = 10.0
  /// What β grows by each round; 1 in the author's package, where it stays what it was.
  public var growth = 1.01
  /// The most rounds.
  public var rounds = 20
  /// Whether a block keeps the best parameters it has had, those of rounding to nearest among them, so that
  /// its mean error is never larger than theirs; the source takes the last ones.
  public var keepsBest = true

  /// Starts with the numbers of the source.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    guard norm > 0, norm < 1 else { throw .setting(method: name, name: "norm", value: norm) }
    for (what, value) in [("beta", beta), ("growth", growth)] where value <= 0 || !value.isFinite {
      throw .setting(method: name, name: what, value: value)
    }
    return QuantizedGroup(
      try group.members.map { member throws(CalibrationError) in
        try quantized(member, execution)
      })
  }

  private func quantized(
    _ member: LayerGroup.Member, _ execution: Execution
  ) throws(CalibrationError) -> AnyQuantized? {
    guard let type = member.type else { return nil }
    guard type.mapping.kind == .biased, type.block.rows == 1 || type.block.columns == 1 else {
      throw .unsupported(
        method: name, type: type.name,
        needs: "a bias for each block, and blocks inside one row or one column")
    }
    do throws(QuantizationError) {
      try member.weight.requireFinite()
      if type.block.rows == 1 { return try solved(member.weight, type, execution) }
      let turned = try solved(member.weight.transposed(), type.transposed, execution)
      return AnyQuantized(turned.core.transposed(execution))
    } catch { throw .quantization(layer: member.name, error) }
  }

  /// A weight whose blocks lie in rows.
  private func solved(
    _ weight: Matrix<Float>, _ type: QuantizedType, _ execution: Execution
  ) throws(QuantizationError) -> AnyQuantized {
    let quantizer = try BlockQuantizer(type)
    let grid = quantizer.grid(of: weight.shape)
    // Some ten operations a value and round.
    let work = 10 * weight.shape.columns
    var rows = execution.map(rows: weight.shape.rows, columns: work) { row in
      (0..<grid.extent.columns).map { block in
        HalfQuadraticBlock(
          weight.row(row).extracting(grid.columns(ofBlock: block)), quantizer)
      }
    }
    var (last, beta) = (Double.infinity, beta)
    for _ in 0..<rounds {
      let known = rows
      rows = execution.map(rows: weight.shape.rows, columns: work) { row in
        known[row].enumerated().map { index, block in
          block.moved(
            weight.row(row).extracting(grid.columns(ofBlock: index)), quantizer, norm: norm,
            beta: beta)
        }
      }
      let error = rows.reduce(0) { $0 + $1.reduce(0) { $0 + $1.error } }
      guard error < last else { break }
      (last, beta) = (error, beta * growth)
    }
    let found = rows
    let codes = execution.map(rows: weight.shape.rows, columns: work) { row in
      var result = RowCodes()
      for (index, block) in found[row].enumerated() {
        let values = weight.row(row).extracting(grid.columns(ofBlock: index))
        let parameters = keepsBest ? block.best(values, quantizer) : block.current(quantizer)
        for place in values.indices {
          result.codes.append(
            UInt8(truncatingIfNeeded: quantizer.code(values[place], parameters)))
        }
        result.blocks.append(parameters)
      }
      return result
    }
    return try quantizer.matrix(weight.shape, codes)
  }
}
