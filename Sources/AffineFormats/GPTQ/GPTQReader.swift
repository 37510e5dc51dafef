internal import AffineQuant

/// The weights of GPTQ: inputs × outputs, packed along the inputs.
///
///     w.qweight  I32 [inputs · bits / 32, outputs]: every column one stream of bits
///     w.qzeros   I32 [groups, outputs · bits / 32]: every row one; in version 1 less one
///     w.scales   float [groups, outputs]
///     w.g_idx    I32 [inputs]: the group of each input, if it is there
///
/// Source: AutoGPTQ and GPTQModel; vllm-project/vllm issue 38966 on telling the versions apart.
struct GPTQReader: CheckpointReader {
  static let format = "gptq"

  private let bits: Int
  private let block: Block
  private let isSymmetric: Bool
  private let isFirstVersion: Bool

  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) throws(QuantizedCheckpointError)
  {
    guard let object = configuration?.quantizationConfiguration else { return nil }
    let method = object.member("quant_method")?.word
    // The configuration beside old checkpoints names no method.
    guard method == "gptq" || (method == nil && object.member("desc_act") != nil) else {
      return nil
    }
    let settings = CheckpointSettings(format: Self.format, object: object)
    bits = try settings.integer("bits", among: [2, 3, 4, 8])
    block = try WeightParts.block(
      groupSize: try settings.integer("group_size", otherwise: -1), format: Self.format)
    isSymmetric = try settings.flag("sym", otherwise: false)
    let other = try settings.text("format", otherwise: "gptq")
    let layout = try settings.text("checkpoint_format", otherwise: other)
    guard ["gptq", "gptq_v2"].contains(layout) else {
      throw .unsupported(format: Self.format, feature: "the checkpoint format '\(layout)'")
    }
    isFirstVersion = layout == "gptq"
    if try settings.text("pack_dtype", otherwise: "int32") != "int32" {
      throw .unsupported(format: Self.format, feature: "words other than int32 (pack_dtype)")
    }
    if try settings.flag("is_marlin_format", otherwise: false) {
      throw .unsupported(format: Self.format, feature: "the order of Marlin (is_marlin_format)")
    }
    if let dynamic = object.member("dynamic"), dynamic.members?.isEmpty != true {
      throw .unsupported(format: Self.format, feature: "settings of single modules (dynamic)")
    }
  }

  func candidates(in tensors: CheckpointTensors) -> [String] { tensors.names(endingIn: ".qweight") }

  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool {
    tensors.contains("\(name).qweight")
  }

  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    let words = try tensors.words("\(name).qweight").transposed()
    guard let inputs = words.codes(bits: bits) else {
      throw .shape(
        tensor: "\(name).qweight", found: [words.columns, words.rows],
        reason: "a column is no whole number of codes of \(bits) bits")
    }
    let codes = PackedRows(words, columns: inputs, bits: bits)
    let blocks = BlockGrid(codes.shape, block).extent
    var parts = WeightParts(
      name: name, codes: codes, block: block,
      scales: try tensors.parameters("\(name).scales", blocks, isTransposed: true))
    parts.order = try order(name, inputs: inputs, tensors)
    parts.zeroPoints = try zeroPoints(name, blocks, tensors)
    return try parts.matrix(isSigned: false)
  }

  /// The zero points, outputs × groups; `nil` if all are half the range of the codes.
  private func zeroPoints(
    _ name: String, _ blocks: Shape, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> [Int]? {
    let part = "\(name).qzeros"
    if isSymmetric && !tensors.contains(part) { return nil }
    let words = try tensors.words(part)
    guard words.rows == blocks.columns,
      words.columns == WordMatrix.denseWords(blocks.rows, bits: bits)
    else {
      throw .shape(
        tensor: part, found: [words.rows, words.columns],
        reason: "there are \(blocks.columns) groups of \(blocks.rows) outputs")
    }
    var stored = [Int](repeating: 0, count: blocks.count)
    var group = [UInt8](repeating: 0, count: blocks.rows)
    for column in 0..<blocks.columns {
      words.unpack(row: column, bits: bits, into: &group)
      for (row, zero) in group.enumerated() { stored[row * blocks.columns + column] = Int(zero) }
    }
    let half = 1 << (bits - 1)
    // Writers of symmetric weights name the wrong version at times, but their zero points tell it.
    if isSymmetric && (stored.allSatisfy { $0 == half - 1 } || stored.allSatisfy { $0 == half }) {
      return nil
    }
    guard isFirstVersion else { return stored }
    return stored.map { ($0 + 1) % (2 * half) }
  }

  /// The inputs group by group, where activation order has dealt them otherwise.
  private func order(
    _ name: String, inputs: Int, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> [Int]? {
    let part = "\(name).g_idx"
    guard tensors.contains(part) else { return nil }
    return try GroupIndex.order(part, inputs, block, Self.format, tensors)
  }
}
