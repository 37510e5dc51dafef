import AffineModels
import AffineQuant

/// What quantizing a model cost, layer by layer.
struct QuantizationReport: Encodable {
  struct Layer: Encodable {
    let name: String
    let shape: [Int]
    let bytesBefore, bytesAfter: Int
    /// In dB; null where nothing was lost.
    @Nullable var weightSignalToNoise: Double?
    @Nullable var outputSignalToNoise: Double?
  }

  let type, method: String
  let layers: [Layer]
  /// Tensors that were copied as they are.
  let copied: Int
  /// Of the quantized tensors.
  let bytesBefore, bytesAfter: Int
  /// Of the whole file, with its header.
  let fileBytesBefore, fileBytesAfter: Int
  /// Whether the file that was written holds the same codes and parameters, bit for bit.
  let readsBackEqual: Bool

  /// Of a file that was read back and compared.
  init(
    type: String, method: String, layers: [QuantizationCost], copied: Int,
    fileBytes: (before: Int, after: Int)
  ) {
    self.copied = copied
    (fileBytesBefore, fileBytesAfter) = fileBytes
    readsBackEqual = true
    self.type = type
    self.method = method
    self.layers = layers.map { cost in
      Layer(
        name: cost.name, shape: [cost.shape.rows, cost.shape.columns],
        bytesBefore: cost.bytesBefore, bytesAfter: cost.bytesAfter,
        weightSignalToNoise: cost.weightSignalToNoise.isFinite ? cost.weightSignalToNoise : nil,
        outputSignalToNoise: cost.outputSignalToNoise.isFinite ? cost.outputSignalToNoise : nil)
    }
    bytesBefore = layers.reduce(0) { $0 + $1.bytesBefore }
    bytesAfter = layers.reduce(0) { $0 + $1.bytesAfter }
  }

  /// The report for a person.
  func text(output: String) -> String {
    var table = TextTable(["layer", "shape", "bytes", "to", "weight SNR", "output SNR"])
    for layer in layers {
      table.rows.append([
        layer.name, "\(layer.shape[0])×\(layer.shape[1])",
        "\(ByteCount(layer.bytesBefore))", "\(ByteCount(layer.bytesAfter))",
        Self.decibels(layer.weightSignalToNoise), Self.decibels(layer.outputSignalToNoise),
      ])
    }
    let ratio = bytesAfter > 0 ? (Double(bytesBefore) / Double(bytesAfter)).short : "-"
    return """
      \(table.plain)

      \(layers.count) matrices as \(type): \(ByteCount(bytesBefore)) to \(ByteCount(bytesAfter)), \
      \(ratio) times fewer; \(copied) tensors copied as they are.
      \(output): \(ByteCount(fileBytesAfter)), from \(ByteCount(fileBytesBefore)); reads back to \
      the same codes, bit for bit.
      """
  }

  private static func decibels(_ value: Double?) -> String {
    value.map { "\($0.short) dB" } ?? "exact"
  }
}
