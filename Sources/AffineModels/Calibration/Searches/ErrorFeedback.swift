internal import AffineQuant

/// One weight on its way through GPTQ.
struct ErrorFeedback {
  let quantizer: BlockQuantizer
  /// U, in the order of rounding.
  let factor: Matrix<Float>
  /// What looks for scales, by the columns as they lie in the weight.
  let search: ScaleSearch?
  /// Which column is rounded when, if not from left to right.
  let order: [Int]?
  let blockColumns: Int
  let execution: Execution

  /// What became of a row's columns of one block.
  private struct Step: Sendable {
    var codes: [UInt8] = []
    /// Of the groups that start in the block.
    var started: [BlockParameters] = []
    /// (w − q) / Uᵢᵢ, one a column.
    var errors: [Float] = []
  }

  /// The codes of a weight whose columns are in the order of rounding.
  ///
  /// - Throws: ``QuantizationError``: parameters that are not usable, errors that overflow.
  func callAsFunction(_ weight: Matrix<Float>) throws(QuantizationError) -> AnyQuantized {
    let (shape, grid) = (weight.shape, quantizer.grid(of: weight.shape))
    var rows = [RowCodes](repeating: RowCodes(), count: shape.rows)
    let isFixed = order != nil
    if isFixed { rows = fixedParameters(weight, grid) }
    var remaining = weight
    var start = 0
    while start < shape.columns {
      let block = start..<blockEnd(start, grid)
      let known = rows
      let steps = execution.map(rows: shape.rows, columns: block.count * (block.count + 64)) {
        step(remaining.row($0), block, grid, known[$0].blocks)
      }
      for (row, step) in steps.enumerated() {
        rows[row].codes += step.codes
        rows[row].blocks += step.started
        let isUsable = rows[row].blocks.allSatisfy(\.isUsable)
        if isUsable, let place = step.errors.firstIndex(where: { !$0.isFinite }) {
          let column = start + place
          throw .notFinite(step.errors[place], row: row, column: order?[column] ?? column)
        }
      }
      remaining = corrected(remaining, block, steps)
      start = block.upperBound
    }
    return try quantizer.matrix(shape, rows.map(inPlace))
  }

  /// Parameters of every group, from weights that nothing has changed yet.
  private func fixedParameters(_ weight: Matrix<Float>, _ grid: BlockGrid) -> [RowCodes] {
    let order = order ?? []
    return execution.map(rows: weight.shape.rows, columns: weight.shape.columns) { row in
      var values = [Float](repeating: 0, count: order.count)
      let source = weight.row(row)
      for (place, column) in order.enumerated() { values[column] = source[place] }
      let blocks = (0..<grid.extent.columns).map { index in
        parameters(of: values.span, grid.columns(ofBlock: index), from: 0)
      }
      return RowCodes(blocks: blocks)
    }
  }

  /// The parameters of a group of columns, for values of which the first is that of a column `first`.
  private func parameters(
    of values: borrowing Span<Float>, _ group: Range<Int>, from first: Int
  ) -> BlockParameters {
    let own = values.extracting(group.lowerBound - first..<group.upperBound - first)
    guard let search else { return quantizer.parameters(of: own) }
    return search.parameters(of: own, from: group.lowerBound, quantizer)
  }

  /// A block ends before a group that would start in it and end after it: that group's parameters
  /// would come from columns that are not corrected yet.
  private func blockEnd(_ start: Int, _ grid: BlockGrid) -> Int {
    let end = min(start + blockColumns, grid.shape.columns)
    guard order == nil, end < grid.shape.columns else { return end }
    let last = grid.columns(ofBlock: grid.blockColumn(end - 1))
    return last.lowerBound > start && last.upperBound > end ? last.lowerBound : end
  }

  /// Rounds a row's columns of one block; `row` starts with them.
  private func step(
    _ row: borrowing Span<Float>, _ block: Range<Int>, _ grid: BlockGrid,
    _ known: [BlockParameters]
  ) -> Step {
    var values = [Float](repeating: 0, count: row.count)
    for index in row.indices { values[index] = row[index] }
    var result = Step()
    for column in block {
      let place = column - block.lowerBound
      let group = grid.blockColumn(order.map { $0[column] } ?? column)
      if group == known.count + result.started.count {
        let whole = grid.columns(ofBlock: group)
        result.started.append(
          parameters(of: values.span, whole, from: block.lowerBound))
      }
      let parameters =
        group < known.count ? known[group] : result.started[group - known.count]
      let code = quantizer.code(values[place], parameters)
      result.codes.append(UInt8(truncatingIfNeeded: code))
      let influence = factor.row(column).extracting(column..<block.upperBound)
      let error = (values[place] - quantizer.value(code, parameters)) / influence[0]
      result.errors.append(error)
      var rest = values.mutableSpan
      for index in 1..<max(influence.count, 1) { rest[place + index] -= error * influence[index] }
    }
    return result
  }

  /// The columns after a block, less what its errors owe them.
  private func corrected(
    _ remaining: Matrix<Float>, _ block: Range<Int>, _ steps: [Step]
  ) -> Matrix<Float> {
    let after = block.upperBound..<factor.shape.columns
    let errors = Matrix(rows: steps.count, columns: block.count) { steps[$0].errors[$1] }
    let influence = Matrix(rows: block.count, columns: after.count) {
      factor[block.lowerBound + $0, block.upperBound + $1]
    }
    let owed = errors.times(influence, on: execution)
    return remaining.columns(block.count..<remaining.shape.columns, on: execution)
      .minus(owed, on: execution)
  }

  /// The codes of a row from left to right.
  private func inPlace(_ row: RowCodes) -> RowCodes {
    guard let order else { return row }
    var row = row
    let codes = row.codes
    for (place, column) in order.enumerated() { row.codes[column] = codes[place] }
    return row
  }
}
