public import AffineQuant

/// Looks for scales and biases, and their codes, that values lose least by: for types whose scales are codes.
///
/// Each block is fitted alone first. From ranges of several widths, codes and a least-squares line through
/// them take turns. Then the scales of a super-block become codes: for some super-scales around that of the
/// largest, each block takes the neighbouring codes of scale and bias that leave it the least error. What
/// counts is the sum of squares, each column's times the mean square of its inputs where they are known.
///
/// Of other types it rounds to nearest.
public struct CodedScaleSearch: QuantizationMethod {
  public let name = "search"
  public let needsInputs = false

  /// There is nothing to choose.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    let importance = group.inputs.flatMap { inputs in
      inputs.rows > 0
        ? (0..<inputs.columns).map { inputs.products[$0, $0] / Float(inputs.rows) } : nil
    }
    return QuantizedGroup(
      try group.members.map { member throws(CalibrationError) in
        guard let type = member.type, let codes = type.mapping.codes, codes.table == nil,
          type.storage.isInteger,
          type.block.rows == 1, codes.block.rows == 1,
          type.mapping.kind != .asymmetric
        else { return try member.roundedToNearest(on: execution) }
        do throws(QuantizationError) {
          try member.weight.requireFinite()
          return try searched(member.weight, type, importance, execution)
        } catch { throw .quantization(layer: member.name, error) }
      })
  }

  private func searched(
    _ weight: Matrix<Float>, _ type: QuantizedType, _ importance: [Float]?, _ execution: Execution
  ) throws(QuantizationError) -> AnyQuantized {
    guard let scaleType = type.scaleType else { preconditionFailure("scales that are numbers") }
    let grid = BlockGrid(weight.shape, type.block), blocks = grid.extent
    let weights = importance ?? [Float](repeating: 1, count: weight.shape.columns)
    let together = min(scaleType.block.columns, blocks.columns)
    let fit = BlockFit(type)
    // Some hundred operations a value.
    let rows = execution.map(rows: weight.shape.rows, columns: 100 * weight.shape.columns) { row in
      stride(from: 0, to: blocks.columns, by: max(together, 1)).map { first in
        SuperBlockFit(
          (first..<min(first + together, blocks.columns)).map { block in
            let columns = grid.columns(ofBlock: block)
            return WeightedValues(
              values: columns.map { weight[row, $0] }, weights: columns.map { weights[$0] })
          }, fit)
      }
    }
    func matrix(_ part: BlockNumber) -> CodeMatrix {
      let bytes = scaleType.storage.packedRows(blocks) { row, bytes in
        for (index, code) in rows[row].flatMap({ $0.codes(part) }).enumerated() {
          bytes[index] = UInt8(truncatingIfNeeded: code)
        }
      }
      return CodeMatrix(
        type: scaleType, grid: BlockGrid(blocks, scaleType.block), codes: bytes,
        scales: Buffer(rows.flatMap { $0.map { $0.superScale(part) } }), zeroPoints: Buffer([]),
        biases: Buffer([]))
    }
    let coded = QuantizedScales(
      scales: matrix(.scales), biases: type.mapping.kind == .biased ? matrix(.biases) : nil)
    return AnyQuantized(try .quantize(weight, as: type, with: coded, execution))
  }
}
