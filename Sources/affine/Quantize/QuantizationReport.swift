import AffineBench
import AffineModels
import AffineQuant

/// What quantizing a model cost, layer by layer.
struct QuantizationReport: Encodable {
  struct Layer: Encodable {
    let name, type: String
    let shape: [Int]
    let bytesBefore, bytesAfter: Int
    /// In dB; null where nothing was lost.
    @Nullable var weightSignalToNoise: Double?
    /// Likewise; null also where no input was seen.
    @Nullable var outputSignalToNoise: Double?
    /// The error of the output in parts of the output; null where no input was seen.
    @Nullable var outputError: Double?
    let seconds: Double
  }

  struct Judgement: Encodable {
    let name: String
    let before, after: Double
  }

  let model, output, weights, method: String
  let layers: [Layer]
  /// Perplexity, or the mean cosine to the model as it was; empty without a text.
  let judgements: [Judgement]
  let calibrationTokens: Int
  let seconds: Double
  /// Tensors that were copied as they are.
  let copied: Int
  /// Of the quantized tensors.
  let bytesBefore, bytesAfter: Int
  /// Of the whole file, with its header.
  let fileBytesBefore: Int
  /// Likewise; null for a device or a pipe.
  @Nullable var fileBytesAfter: Int?
  /// Whether the file that was written holds the same tensors and metadata, bit for bit; null for a device or a pipe,
  /// which was not read back.
  @Nullable var readsBackEqual: Bool?
  /// The same for a browser.
  let page: String

  private enum CodingKeys: CodingKey {
    case model, output, weights, method, layers, judgements, calibrationTokens, seconds, copied
    case bytesBefore, bytesAfter, fileBytesBefore, fileBytesAfter, readsBackEqual
  }

  /// Of a file that was read back and compared, or a device or a pipe, of which no bytes are known.
  init(
    _ report: ModelQuantizationReport, _ choices: QuantizationChoices, model: String,
    output: String, copied: Int, fileBytes: (before: Int, after: Int?)
  ) {
    self.model = model
    self.output = output
    self.copied = copied
    (fileBytesBefore, fileBytesAfter) = fileBytes
    readsBackEqual = fileBytes.after == nil ? nil : true
    weights = choices.weights
    method = report.method
    calibrationTokens = report.calibrationTokens
    seconds = report.seconds
    (bytesBefore, bytesAfter) = (report.bytesBefore, report.bytesAfter)
    judgements = report.judgements.map {
      Judgement(name: $0.name, before: $0.before, after: $0.after)
    }
    layers = report.layers.map { layer in
      let output = layer.outputError.map {
        -20 * FloatFunctions.logarithm($0) / FloatFunctions.logarithm(10)
      }
      return Layer(
        name: layer.name, type: layer.type.name, shape: [layer.shape.rows, layer.shape.columns],
        bytesBefore: layer.bytesBefore, bytesAfter: layer.bytesAfter,
        weightSignalToNoise: layer.weightSignalToNoise.isFinite ? layer.weightSignalToNoise : nil,
        outputSignalToNoise: output.flatMap { $0.isFinite ? $0 : nil },
        outputError: layer.outputError, seconds: layer.seconds)
    }
    page = report.html(model: model.split(separator: "/").last.map(String.init) ?? model)
  }

  /// The report for a person.
  var text: String {
    var table = TextTable([
      "layer", "shape", "type", "bytes", "to", "weight SNR", "output SNR", "seconds",
    ])
    for layer in layers {
      table.rows.append([
        layer.name, "\(layer.shape[0])×\(layer.shape[1])", layer.type,
        "\(ByteCount(layer.bytesBefore))", "\(ByteCount(layer.bytesAfter))",
        Self.decibels(layer.weightSignalToNoise),
        layer.outputError == nil ? "-" : Self.decibels(layer.outputSignalToNoise),
        layer.seconds.short,
      ])
    }
    let part = bytesBefore > 0 ? (Double(bytesAfter) / Double(bytesBefore)).significant(3) : "-"
    let calibrated = calibrationTokens > 0 ? ", calibrated on \(calibrationTokens) tokens" : ""
    let judged = judgements.map {
      "\n\($0.name): \($0.before.fixed(4)) before, \($0.after.fixed(4)) after."
    }
    return """
      \(table.plain)

      \(layers.count) matrices as \(weights) by \(method)\(calibrated): \(ByteCount(bytesBefore)) to \
      \(ByteCount(bytesAfter)), \(part) of the bytes, in \(seconds.short) s; \(copied) tensors copied \
      as they are.
      \(written)\(judged.joined())
      """
  }

  /// What became of the output.
  private var written: String {
    guard let fileBytesAfter else {
      return "\(output) is no regular file, and was not read back."
    }
    let sizes = "\(ByteCount(fileBytesAfter)), from \(ByteCount(fileBytesBefore))"
    return "\(output): \(sizes); reads back as it was written, every tensor bit for bit."
  }

  private static func decibels(_ value: Double?) -> String {
    value.map { "\($0.short) dB" } ?? "exact"
  }
}
