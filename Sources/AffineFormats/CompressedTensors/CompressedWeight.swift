internal import AffineQuant

/// The tensors of one module's weight.
struct CompressedWeight {
  let name: String
  let scheme: CompressedScheme
  let tensors: CheckpointTensors

  func matrix() throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    let codes = scheme.isPacked ? try packedCodes() : try bytes()
    let blocks = BlockGrid(codes.shape, scheme.block).extent
    var parts = WeightParts(
      name: name, codes: codes, block: scheme.block,
      scales: try tensors.parameters("\(name).weight_scale", blocks))
    let groups = "\(name).weight_g_idx"
    if tensors.contains(groups) {
      parts.order = try GroupIndex.order(
        groups, codes.shape.columns, scheme.block, CompressedTensorsReader.format, tensors)
    }
    parts.zeroPoints = try zeroPoints(blocks, bits: codes.bits)
    return try parts.matrix(isSigned: true)
  }

  private func packedCodes() throws(QuantizedCheckpointError) -> PackedRows {
    let part = "\(name).weight_packed"
    let words = try tensors.words(part)
    let shape = try tensors.integers("\(name).weight_shape")
    // Codes have a bit at least, which bounds the columns by the words there are.
    guard shape.count == 2, shape[0] == words.rows, shape[1] > 0, shape[1] <= words.columns * 32,
      words.columns == WordMatrix.denseWords(shape[1], bits: scheme.bits)
        || words.columns == WordMatrix.wholeWords(shape[1], bits: scheme.bits)
    else {
      throw .shape(
        tensor: part, found: [words.rows, words.columns],
        reason: "the weight has the shape \(shape) and codes of \(scheme.bits) bits")
    }
    let isExact = shape[1] * scheme.bits == words.columns * 32
    return isExact
      ? PackedRows(words, columns: shape[1], bits: scheme.bits)
      : PackedRows(unpacking: words, columns: shape[1], bits: scheme.bits)
  }

  /// Codes in a byte each, whatever their range; as unsigned numbers.
  private func bytes() throws(QuantizedCheckpointError) -> PackedRows {
    let part = "\(name).weight"
    let entry = try tensors.entry(part)
    guard entry.shape.count == 2 else {
      throw .shape(tensor: part, found: entry.shape, reason: "a weight is a matrix")
    }
    let bytes = try tensors.elements(part, .int8, as: UInt8.self)
    return PackedRows(Shape(entry.shape[0], entry.shape[1]), bits: 8, bytes: bytes).centered()
  }

  /// The zero points as unsigned codes; `nil` for symmetric weights.
  private func zeroPoints(_ blocks: Shape, bits: Int) throws(QuantizedCheckpointError) -> [Int]? {
    let part = "\(name).weight_zero_point"
    if scheme.isSymmetric && !tensors.contains(part) { return nil }
    let entry = try tensors.entry(part)
    let half = 1 << (bits - 1)
    let isTensor = scheme.block.rows == Block.whole
    let zeroPoints: [Int]
    if scheme.isPacked && !isTensor && entry.element == .int32 {
      zeroPoints = try packedZeroPoints(part, blocks)
    } else {
      try tensors.check(entry, blocks)
      zeroPoints = try tensors.integers(part).map { zero throws(QuantizedCheckpointError) in
        guard (-half..<half).contains(zero) else {
          throw .quantization(
            name: name,
            .invalidZeroPoint(zero, codes: -half...half - 1, blockRow: 0, blockColumn: 0))
        }
        return zero + half
      }
    }
    // Symmetric weights may come with zero points that say so.
    return scheme.isSymmetric && zeroPoints.allSatisfy { $0 == half } ? nil : zeroPoints
  }

  /// Zero points of which each column is packed, in either packing.
  private func packedZeroPoints(
    _ part: String, _ blocks: Shape
  ) throws(QuantizedCheckpointError) -> [Int] {
    let words = try tensors.words(part)
    guard words.columns == blocks.columns,
      words.rows == WordMatrix.denseWords(blocks.rows, bits: scheme.bits)
        || words.rows == WordMatrix.wholeWords(blocks.rows, bits: scheme.bits)
    else {
      throw .shape(
        tensor: part, found: [words.rows, words.columns],
        reason: "there are \(blocks) blocks of codes of \(scheme.bits) bits")
    }
    let columns = words.transposed()
    var zeroPoints = [Int](repeating: 0, count: blocks.count)
    var column = [UInt8](repeating: 0, count: blocks.rows)
    for group in 0..<blocks.columns {
      columns.unpack(row: group, bits: scheme.bits, into: &column)
      for (row, zero) in column.enumerated() {
        zeroPoints[row * blocks.columns + group] = Int(zero)
      }
    }
    return zeroPoints
  }
}
