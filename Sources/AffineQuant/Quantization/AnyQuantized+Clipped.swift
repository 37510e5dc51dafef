internal import Synchronization

extension AnyQuantized {
  /// The places, row by row, of values that lie beyond the last code of a whole-number type without
  /// biases: where the gradient of quantization is zero.
  ///
  /// - Parameters:
  ///   - values: What was quantized.
  ///   - beforeRounding: Whether a value counts that lies beyond the last code by less than rounding
  ///     takes back, as in LSQ; otherwise its rounded value counts, as in torchao.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: The places in ascending order.
  package func clippedPlaces(
    of values: Matrix<Float>, beforeRounding: Bool, on execution: Execution
  ) -> [Int] {
    let limits = quantizedType.storage.codes
    let (low, high) = (Float(limits.lowerBound), Float(limits.upperBound))
    let (grid, columns) = (core.grid, shape.columns)
    let found = Mutex<[Int: [Int]]>([:])
    ThreadPool.shared.parallelRows(shape.rows, columns, execution) { rows in
      var places: [Int] = []
      let (span, scales, zeroPoints) = (values.values.span, core.scales.span, core.zeroPoints.span)
      for row in rows {
        for block in 0..<grid.extent.columns {
          let index = grid.blockRow(row) * grid.extent.columns + block
          let inverse = 1 / scales[index]
          let zeroPoint = zeroPoints.isEmpty ? 0 : Float(zeroPoints[index])
          for column in grid.columns(ofBlock: block) {
            let steps = span[row * columns + column] * inverse
            let code = (beforeRounding ? steps : steps.rounded(.toNearestOrEven)) + zeroPoint
            if code < low || code > high { places.append(row * columns + column) }
          }
        }
      }
      found.withLock { $0[rows.lowerBound] = places }
    }
    return found.withLock { found in found.keys.sorted().flatMap { found[$0] ?? [] } }
  }
}

extension Matrix<Float> {
  /// Writes zero to some places, row by row.
  package mutating func clear(_ places: [Int]) {
    guard !places.isEmpty else { return }
    let count = values.count
    values.change { memory in
      memory.withRange(0..<count) { span in
        for place in places { span[place] = 0 }
      }
    }
  }
}
