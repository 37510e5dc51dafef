internal import AffineQuant

/// The weights of AutoAWQ's GEMM version: inputs × outputs, packed along the outputs in an order
/// of its own.
///
///     w.qweight  I32 [inputs, outputs / 8]
///     w.qzeros   I32 [groups, outputs / 8]
///     w.scales   float [groups, outputs]
///
/// Source: casper-hansen/AutoAWQ; Lin et al., "AWQ: Activation-aware Weight Quantization for LLM
/// Compression and Acceleration" (arXiv 2306.00978).
struct AWQReader: CheckpointReader {
  static let format = "awq"

  private static let bits = 4
  /// The output, of eight, whose code is in each half byte of a word.
  private static let outputs = [0, 2, 4, 6, 1, 3, 5, 7]

  private let block: Block

  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) throws(QuantizedCheckpointError)
  {
    guard let object = configuration?.quantizationConfiguration else { return nil }
    let method = object.member("quant_method")?.word
    // The configuration beside old checkpoints names no method.
    guard method == "awq" || (method == nil && object.member("w_bit") != nil) else { return nil }
    let settings = CheckpointSettings(format: Self.format, object: object)
    let bits = try settings.integer("bits", "w_bit")
    guard bits == Self.bits else {
      throw .unsupported(format: Self.format, feature: "codes of \(bits) bits")
    }
    let version = try settings.text("version", otherwise: "gemm")
    guard version == "gemm" else {
      throw .unsupported(format: Self.format, feature: "the version '\(version)'")
    }
    guard try settings.flag("zero_point", otherwise: true) else {
      throw .unsupported(format: Self.format, feature: "no zero points (zero_point false)")
    }
    block = try WeightParts.block(
      groupSize: try settings.integer("group_size", "q_group_size"), format: Self.format)
  }

  func candidates(in tensors: CheckpointTensors) -> [String] { tensors.names(endingIn: ".qweight") }

  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool {
    tensors.contains("\(name).qweight")
  }

  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    let words = try tensors.words("\(name).qweight")
    let shape = Shape(words.columns * Self.outputs.count, words.rows)
    let blocks = BlockGrid(shape, block).extent
    let zeros = try tensors.words("\(name).qzeros")
    guard zeros.rows == blocks.columns, zeros.columns == words.columns else {
      throw .shape(
        tensor: "\(name).qzeros", found: [zeros.rows, zeros.columns],
        reason: "there are \(blocks.columns) groups of \(shape.rows) outputs")
    }
    let codes = Self.rows(words.transposed())
    let zeroPoints = Self.rows(zeros.transposed())
    var unpacked = [Int]()
    for row in 0..<blocks.rows {
      for group in 0..<blocks.columns { unpacked.append(Int(zeroPoints.code(row, group))) }
    }
    let parts = WeightParts(
      name: name, codes: codes, block: block,
      scales: try tensors.parameters("\(name).scales", blocks, isTransposed: true),
      zeroPoints: unpacked)
    return try parts.matrix(isSigned: false)
  }

  /// The codes of words whose rows were columns before: eight outputs a row.
  private static func rows(_ words: WordMatrix) -> PackedRows {
    let shape = Shape(words.rows * outputs.count, words.columns)
    let bytes = CodeFormat.unsigned(bits: bits).packedRows(shape) { row, codes in
      let start = row / outputs.count * words.columns
      let place = outputs.firstIndex(of: row % outputs.count) ?? 0
      let words = words.words.span.extracting(start..<start + codes.count)
      for column in codes.indices {
        codes[column] = UInt8(truncatingIfNeeded: words[column] >> UInt32(place * bits) & 15)
      }
    }
    return PackedRows(shape, bits: bits, bytes: bytes)
  }
}
