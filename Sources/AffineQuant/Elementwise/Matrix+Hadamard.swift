extension Matrix<Float> {
  /// This matrix times the block-diagonal Hadamard matrix, scaled so that it is its own inverse.
  ///
  /// Each block of a row goes through log₂(`block`) stages of sums and differences of values that lie
  /// 1, 2, 4, … columns apart (Sylvester's order), two stages at a time.
  ///
  /// - Precondition: `block` is a power of two that divides the columns.
  /// - Complexity: O(rows · columns · log `block`).
  package func hadamardTransformed(block: Int, on execution: Execution) -> Matrix {
    precondition(
      block > 0 && block.nonzeroBitCount == 1 && shape.columns.isMultiple(of: block),
      "blocks of \(block) columns in \(shape)")
    guard block > 1 else { return self }
    let factor = 1 / Float(block).squareRoot()
    let columns = shape.columns
    return Matrix(shape, on: execution) { row, output in
      let source = self.row(row)
      for column in source.indices { output[column] = source[column] * factor }
      unsafe output.withUnsafeMutableBufferPointer { output in
        guard let start = output.baseAddress else { return }
        unsafe Self.transform(start, count: columns, block: block)
      }
    }
  }

  private static func transform(_ values: UnsafeMutablePointer<Float>, count: Int, block: Int) {
    var distance = 1
    while 4 * distance <= block {
      if distance == 1 {
        unsafe firstStages(values, count: count)
      } else {
        unsafe twoStages(values, count: count, distance)
      }
      distance *= 4
    }
    if distance < block { unsafe lastStage(values, count: count, distance) }
  }

  /// Sums and differences of values 1, then 2 columns apart.
  private static func firstStages(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for start in stride(from: 0, to: count, by: 4) {
      let four = unsafe values + start
      let (a, b) = unsafe (four[0] + four[1], four[0] - four[1])
      let (c, d) = unsafe (four[2] + four[3], four[2] - four[3])
      unsafe (four[0], four[1], four[2], four[3]) = (a + c, b + d, a - c, b - d)
    }
  }

  /// Sums and differences of values `distance`, then twice `distance` columns apart, 4 at once.
  private static func twoStages(
    _ values: UnsafeMutablePointer<Float>, count: Int, _ distance: Int
  ) {
    for start in stride(from: 0, to: count, by: 4 * distance) {
      for column in stride(from: start, to: start + distance, by: 4) {
        let (first, second) = unsafe (values + column, values + column + distance)
        let (third, fourth) = unsafe (second + distance, second + 2 * distance)
        let (w, x) = unsafe (load(first), load(second))
        let (y, z) = unsafe (load(third), load(fourth))
        let (a, b, c, d) = (w + x, w - x, y + z, y - z)
        unsafe store(a + c, first)
        unsafe store(b + d, second)
        unsafe store(a - c, third)
        unsafe store(b - d, fourth)
      }
    }
  }

  /// Sums and differences of values `distance` columns apart.
  private static func lastStage(
    _ values: UnsafeMutablePointer<Float>, count: Int, _ distance: Int
  ) {
    guard distance >= 4 else {
      // Blocks of two: what lies further apart than one is a multiple of four apart.
      for start in stride(from: 0, to: count, by: 2) {
        let (a, b) = unsafe (values[start], values[start + 1])
        unsafe (values[start], values[start + 1]) = (a + b, a - b)
      }
      return
    }
    for start in stride(from: 0, to: count, by: 2 * distance) {
      for column in stride(from: start, to: start + distance, by: 4) {
        let (first, second) = unsafe (values + column, values + column + distance)
        let (a, b) = unsafe (load(first), load(second))
        unsafe store(a + b, first)
        unsafe store(a - b, second)
      }
    }
  }

  @inline(__always)
  private static func load(_ start: UnsafeMutablePointer<Float>) -> SIMD4<Float> {
    unsafe UnsafeRawPointer(start).loadUnaligned(as: SIMD4<Float>.self)
  }

  @inline(__always)
  private static func store(_ four: SIMD4<Float>, _ start: UnsafeMutablePointer<Float>) {
    unsafe UnsafeMutableRawPointer(start).storeBytes(of: four, as: SIMD4<Float>.self)
  }
}
