public import AffineQuant

/// Moves each block's bias so that a few large errors count less: half-quadratic quantization.
///
/// The scale stays that of the range. In turns, the errors E that a norm below 1 would not count are set
/// aside, and the bias becomes the mean of what is left:
///
///     E = sign(d) · max(|d| − |d|^(p − 1) / β, 0),   bias = mean(W − E − scale · code)
///
/// for d = W less its quantized values. A block keeps the best parameters it has had, those of rounding to
/// nearest among them: its mean error is never larger. It needs no inputs, and a biased type.
///
/// Source: Badri and Shaji, "Half-Quadratic Quantization of Large Machine Learning Models" (2023).
public struct HQQ: QuantizationMethod {
  public let name = "hqq"
  public let needsInputs = false
  /// The p of the norm, below 1.
  public var norm = 0.7
  /// β in the first round.
  public var beta = 10.0
  /// What β grows by each round.
  public var growth = 1.01
  /// The most rounds; a block stops when its error does not fall.
  public var rounds = 20

  /// Starts with the numbers of the source.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    guard norm > 0, norm < 1 else { throw .setting(method: name, name: "norm", value: norm) }
    guard beta > 0, beta.isFinite else { throw .setting(method: name, name: "beta", value: beta) }
    return QuantizedGroup(
      try group.members.map { member throws(CalibrationError) in
        try quantized(member, execution)
      })
  }

  private func quantized(
    _ member: LayerGroup.Member, _ execution: Execution
  ) throws(CalibrationError) -> AnyQuantized? {
    guard let type = member.type else { return nil }
    guard type.mapping.kind == .biased, type.block.rows == 1 else {
      throw .unsupported(
        method: name, type: type.name, needs: "a bias for each block, and blocks inside one row")
    }
    let weight = member.weight
    do throws(QuantizationError) {
      try weight.requireFinite()
      let quantizer = try BlockQuantizer(type)
      let grid = quantizer.grid(of: weight.shape)
      // Some ten rounds of some ten operations each.
      let rows = execution.map(rows: weight.shape.rows, columns: 100 * weight.shape.columns) {
        row in
        var result = RowCodes()
        for block in 0..<grid.extent.columns {
          let best = best(weight.row(row).extracting(grid.columns(ofBlock: block)), quantizer)
          result.codes += best.codes
          result.blocks.append(best.parameters)
        }
        return result
      }
      return try quantizer.matrix(weight.shape, rows)
    } catch { throw .quantization(layer: member.name, error) }
  }

  /// The best parameters that a block comes by.
  private func best(
    _ values: borrowing Span<Float>, _ quantizer: BlockQuantizer
  ) -> HalfQuadraticBlock {
    let codes = quantizer.type.storage.codes
    var best = HalfQuadraticBlock(values, quantizer.parameters(of: values), quantizer)
    var (minimum, maximum) = (Float.infinity, -Float.infinity)
    for index in values.indices {
      minimum = min(minimum, values[index])
      maximum = max(maximum, values[index])
    }
    let scale = (maximum - minimum) / Float(codes.count - 1)
    // Every value is the same, and exact; or there is no scale.
    guard scale.isFinite, (1 / scale).isFinite else { return best }
    var bias = minimum - scale * Float(codes.lowerBound)
    var (last, beta) = (Double.infinity, beta)
    for _ in 0..<rounds {
      let block = HalfQuadraticBlock(
        values, quantizer.parameters(scale: scale, bias: bias), quantizer)
      guard block.error < last else { break }
      last = block.error
      if block.error < best.error { best = block }
      bias = block.bias(values, quantizer, norm: norm, beta: beta)
      beta *= growth
    }
    return best
  }
}

/// A block under some parameters.
private struct HalfQuadraticBlock {
  let parameters: BlockParameters
  private(set) var codes: [UInt8] = []
  /// Σ |d|.
  private(set) var error = 0.0

  init(
    _ values: borrowing Span<Float>, _ parameters: BlockParameters, _ quantizer: BlockQuantizer
  ) {
    self.parameters = parameters
    for index in values.indices {
      let code = quantizer.code(values[index], parameters)
      codes.append(UInt8(truncatingIfNeeded: code))
      error += Double((values[index] - quantizer.value(code, parameters)).magnitude)
    }
  }

  /// The next bias.
  func bias(
    _ values: borrowing Span<Float>, _ quantizer: BlockQuantizer, norm: Double, beta: Double
  ) -> Float {
    // Below this |d| ≤ |d|^(p − 1) / β, and nothing is set aside.
    let smallest = FloatFunctions.power(beta, -1 / (2 - norm))
    var sum = 0.0
    for index in values.indices {
      // Patterns of a byte become codes of either sign.
      let code =
        quantizer.type.storage.isSigned
        ? Int(Int8(bitPattern: codes[index])) : Int(codes[index])
      let value = Double(values[index])
      let distance = value - Double(quantizer.value(code, parameters))
      var aside = 0.0
      if distance.magnitude > smallest {
        let shrunk =
          distance.magnitude - FloatFunctions.power(distance.magnitude, norm - 1) / beta
        aside = distance < 0 ? -max(shrunk, 0) : max(shrunk, 0)
      }
      sum += value - aside - Double(parameters.scale) * Double(code)
    }
    return Float(sum / Double(values.count))
  }
}
