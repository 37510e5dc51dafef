internal import AffineQuant

/// How the weight of one module is quantized.
struct CompressedScheme: Sendable {
  let bits: Int
  let isSymmetric: Bool
  let block: Block
  let isPacked: Bool

  /// - Throws: ``QuantizedCheckpointError``, which names what this library does not read.
  init(_ settings: CompressedSchemes.Settings) throws(QuantizedCheckpointError) {
    let (weights, layout) = settings
    let format = weights.format
    switch layout {
    case "pack-quantized": isPacked = true
    // The older of the two names holds floats too, which their type tells.
    case "int-quantized", "naive-quantized": isPacked = false
    default: throw .unsupported(format: format, feature: "the format '\(layout)'")
    }
    let type = try weights.text("type", otherwise: "int")
    guard type == "int" else {
      throw .unsupported(format: format, feature: "codes of type '\(type)'")
    }
    bits = try weights.integer("num_bits", otherwise: 8)
    guard (2...8).contains(bits) else {
      throw .unsupported(format: format, feature: "codes of \(bits) bits")
    }
    isSymmetric = try weights.flag("symmetric", otherwise: true)
    let groupSize = try weights.integer("group_size", otherwise: -1)
    // A group size alone means groups, as in the project's own defaults.
    let usual = groupSize == -1 ? "tensor" : "group"
    switch try weights.text("strategy", otherwise: usual) {
    case "tensor": block = Block(rows: Block.whole, columns: Block.whole)
    case "channel": block = Block(rows: 1, columns: Block.whole)
    case "group": block = try WeightParts.block(groupSize: groupSize, format: format)
    case let other:
      throw .unsupported(format: format, feature: "scales of the strategy '\(other)'")
    }
  }
}
