extension AnyQuantized {
  /// The zero points or biases, one a block, in the shape of the grid of blocks; `nil` for mappings that
  /// have neither.
  public var offsets: Matrix<Float>? {
    switch quantizedType.mapping.kind {
    case .asymmetric:
      Matrix(validated: core.grid.extent, Buffer(core.zeroPoints.array.map { Float($0) }))
    case .biased: Matrix(validated: core.grid.extent, core.biases)
    case .symmetric, .codebook: nil
    }
  }

  /// The same codes with other scales, and other zero points or biases.
  ///
  /// Scales and biases are rounded to what their format holds, zero points to the nearest code. Scales that are
  /// codes become the nearest codes, or stay what they are where no scale and no bias is another.
  ///
  /// - Parameters:
  ///   - scales: In the shape of the grid of blocks.
  ///   - offsets: Zero points or biases likewise; `nil`: those that there are.
  /// - Throws: ``QuantizationError``: shapes that differ, offsets for a mapping that has none, numbers
  ///   that are not finite or that the format of the scales does not hold, and any for scales from a table.
  /// - Returns: A matrix of the same type that shares the memory of the codes.
  public func with(
    scales: Matrix<Float>, offsets: Matrix<Float>? = nil
  ) throws(QuantizationError) -> AnyQuantized {
    try requireGrid("scales", scales)
    let kind = quantizedType.mapping.kind
    var parameters = QuantizationParameters(
      scales: scales.values.array, zeroPoints: core.zeroPoints.array, biases: core.biases.array)
    if let offsets {
      guard kind == .asymmetric || kind == .biased else {
        throw .shape(.wrongCount(of: "offsets", expected: 0, found: offsets.shape.count))
      }
      try requireGrid("offsets", offsets)
      if kind == .biased {
        parameters.biases = offsets.values.array
      } else {
        parameters.zeroPoints = try zeroPoints(nearest: offsets)
      }
    }
    var parts = try parameters.parts(core.codes, core.type, core.grid)
    if let coded = core.coded, parameters.scales == core.scales.array,
      parameters.biases == core.biases.array
    {
      parts = CodeMatrix.Parts(
        codes: core.codes, coded: coded, zeroPoints: Buffer(parameters.zeroPoints))
    }
    return AnyQuantized(try CodeMatrix(type: core.type, grid: core.grid, parts: parts))
  }

  private func requireGrid(_ what: String, _ matrix: Matrix<Float>) throws(QuantizationError) {
    let extent = core.grid.extent
    for (axis, expected, found) in [
      ("rows", extent.rows, matrix.shape.rows), ("columns", extent.columns, matrix.shape.columns),
    ] where expected != found {
      throw .shape(
        .mismatchedExtent(axis: "\(axis) of blocks and of \(what)", lhs: expected, rhs: found))
    }
  }

  private func zeroPoints(nearest offsets: Matrix<Float>) throws(QuantizationError) -> [Int16] {
    let codes = quantizedType.storage.codes
    let (low, high) = (Float(codes.lowerBound), Float(codes.upperBound))
    return try offsets.values.array.enumerated().map { index, offset throws(QuantizationError) in
      guard offset.isFinite else {
        let columns = offsets.shape.columns
        throw .notFinite(offset, row: index / columns, column: index % columns)
      }
      return Int16(min(max(offset.rounded(.toNearestOrEven), low), high))
    }
  }
}
