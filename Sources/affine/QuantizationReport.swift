import AffineModels
import AffineQuant

/// What quantizing a model cost, layer by layer.
struct QuantizationReport: Codable {
  struct Layer: Codable {
    let name: String
    let shape: [Int]
    let bytesBefore, bytesAfter: Int
    /// In dB; null where nothing was lost.
    let weightSignalToNoise, outputSignalToNoise: Double?
  }

  let type, method: String
  let layers: [Layer]
  let bytesBefore, bytesAfter: Int

  init(type: String, method: String, layers: [QuantizationCost]) {
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
        layer.name, "\(layer.shape[0])×\(layer.shape[1])", "\(layer.bytesBefore)",
        "\(layer.bytesAfter)", Self.decibels(layer.weightSignalToNoise),
        Self.decibels(layer.outputSignalToNoise),
      ])
    }
    let ratio = bytesAfter > 0 ? (Double(bytesBefore) / Double(bytesAfter)).short : "-"
    return "\(table.plain)\n\n\(layers.count) matrices as \(type): \(bytesBefore) bytes to "
      + "\(bytesAfter), \(ratio) times fewer.\n\(output) reads back to the same codes, bit for bit."
  }

  private static func decibels(_ value: Double?) -> String {
    value.map { "\($0.short) dB" } ?? "exact"
  }
}
