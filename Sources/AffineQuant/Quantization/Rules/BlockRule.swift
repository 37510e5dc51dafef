/// How a block's scale and zero point or bias follow from its values: a rule of a package outside.
///
///     struct Percentile: BlockRule {
///       func parameters(of values: [Float], codes: ClosedRange<Int>) -> BlockRuleParameters {
///         let magnitudes = values.map(\.magnitude).sorted()
///         let largest = magnitudes[magnitudes.count * 99 / 100]
///         return BlockRuleParameters(scale: largest == 0 ? 1 : largest / Float(codes.upperBound))
///       }
///     }
///     let weight = try Int4Weight(quantizing: values, by: Percentile())
public protocol BlockRule: Sendable {
  /// The parameters of one block.
  ///
  /// - Parameters:
  ///   - values: All values of the block, row by row; finite, and at least one.
  ///   - codes: The codes of the type.
  /// - Returns: Numbers that are rounded to the type of the scales; a value that they cannot encode becomes
  ///   the nearest code.
  func parameters(of values: [Float], codes: ClosedRange<Int>) -> BlockRuleParameters
}

/// The parameters that a ``BlockRule`` chooses for one block.
public struct BlockRuleParameters: Sendable, Hashable {
  /// `value = scale · …`: finite, not zero, of either sign.
  public var scale: Float
  /// The code that stands for zero; for asymmetric mappings alone.
  public var zeroPoint: Int
  /// The value that code zero stands for; for biased mappings alone.
  public var bias: Float

  /// Collects parameters; what the mapping has not is left out.
  public init(scale: Float, zeroPoint: Int = 0, bias: Float = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.bias = bias
  }
}

extension AffineQuantized where Layout: RowMajorLayout {
  /// Quantizes values with the parameters that a rule from outside chooses for each block.
  ///
  /// - Parameters:
  ///   - values: Any shape; blocks at the ends may be smaller.
  ///   - rule: Is asked once a block.
  ///   - rounding: How a value between two codes becomes one of them.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``QuantizationError``: a value that is not finite and where; parameters that the type cannot
  ///   hold.
  /// - Complexity: O(rows · columns) and what the rule takes; the rule gets a copy of each block.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, by rule: some BlockRule, rounding: Rounding = .nearestEven,
    on execution: Execution = .standard
  ) throws(QuantizationError) {
    let type = try Self.checkedType()
    let grid = BlockGrid(values.shape, type.block)
    // The rule is asked about finite values only.
    _ = try BlockRanges(values, grid, execution)
    var parameters = QuantizationParameters(scales: [])
    for row in 0..<grid.extent.rows {
      for column in 0..<grid.extent.columns {
        let columns = grid.columns(ofBlock: column)
        let block = grid.rows(ofBlock: row).flatMap { row in columns.map { values[row, $0].float } }
        let chosen = rule.parameters(of: block, codes: type.storage.codes)
        parameters.scales.append(chosen.scale)
        switch type.mapping.kind {
        case .asymmetric:
          guard let zeroPoint = Int16(exactly: chosen.zeroPoint) else {
            throw .invalidZeroPoint(
              chosen.zeroPoint, codes: type.storage.codes, blockRow: row, blockColumn: column)
          }
          parameters.zeroPoints.append(zeroPoint)
        case .biased: parameters.biases.append(chosen.bias)
        case .symmetric, .codebook: break
        }
      }
    }
    try self.init(
      quantizing: values, with: parameters, QuantizationOptions(rounding: rounding), on: execution)
  }
}
