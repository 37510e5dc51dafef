import AffineFormats
import AffineModels
import AffineQuant
import ArgumentParser

/// Quantizes the matrices of a model.
struct QuantizeCommand: ParsableCommand {
  enum Method: String, ExpressibleByArgument, CaseIterable { case rtn }

  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Quantize the weight matrices of a safetensors file and tell what it costs.",
    discussion: """
      Every float tensor of rank 2 whose name ends in ".weight" is quantized, if it fits one of the
      --include patterns (or there are none) and none of the --exclude patterns; the others are copied.
      In a pattern * stands for any characters and ? for one: --exclude 'embeddings.*'.

      Signal to noise is 10 log10(sum x^2 / sum (x - y)^2) in dB: of the weight, and of the layer's
      output for 32 rows of standard normal input. The file that is written is read back and its codes
      are compared bit for bit.
      """)

  @Argument(help: "The safetensors file to read.") var input: String
  @Argument(help: "The safetensors file to write.") var output: String
  @Option(help: "The type of the quantized matrices.") var weights: String
  @Option(help: "Quantize only tensors whose names fit; may be repeated.")
  var include: [NamePattern] = []
  @Option(help: "Copy tensors whose names fit; may be repeated.")
  var exclude: [NamePattern] = []
  @Option(help: "How codes are chosen: rtn rounds to nearest.") var method = Method.rtn
  @Option(help: "How to print.") var format = OutputFormat.table

  func run() throws {
    guard let type = QuantizedType(name: weights) else {
      throw Failure(
        "'\(weights)' is no quantized type: int8-row, int4-group32, uint4-group32-biased are some")
    }
    let file = try SafeTensorsFile.open(input)
    var writer = SafeTensorsWriter()
    writer.metadata = file.header.metadata
    var costs: [QuantizationCost] = []
    var written: [String: AnyQuantized] = [:]
    let progress = Progress()
    defer { progress.finish() }
    for entry in file.header.entries {
      progress.show("quantizing \(entry.name)")
      guard entry.isWeight, isWanted(entry.name) else {
        try writer.add(
          entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
        continue
      }
      let weight: Matrix<Float> = try file.matrix(entry.name)
      let quantized = try Self.quantized(entry.name, weight, type)
      try writer.add(entry.name, quantized)
      written[entry.name] = quantized
      costs.append(
        try QuantizationCost(
          name: entry.name, weight: weight, quantized: quantized, bytesBefore: entry.range.count))
    }
    guard !costs.isEmpty else {
      throw Failure("\(input) has no float matrix named '….weight' that is to be quantized")
    }
    // Its bytes are mapped: once the output is there, the input may be gone.
    let sizeBefore = try Self.byteCount(of: input)
    try writer.write(to: output)
    try check(written)
    let report = QuantizationReport(
      type: type.name, method: method.rawValue, layers: costs,
      copied: file.header.entries.count - costs.count,
      fileBytes: (sizeBefore, try Self.byteCount(of: output)))
    switch format {
    case .json: try printJSON(report)
    case .table: print(report.text(output: output))
    }
  }

  private func isWanted(_ name: String) -> Bool {
    (include.isEmpty || include.contains { $0.matches(name) })
      && !exclude.contains { $0.matches(name) }
  }

  private static func quantized(
    _ name: String, _ weight: Matrix<Float>, _ type: QuantizedType
  ) throws -> AnyQuantized {
    do { return try AnyQuantized(quantizing: weight, as: type) } catch {
      throw Failure("the tensor '\(name)' cannot be \(type.name): \(error)")
    }
  }

  private static func byteCount(of path: String) throws -> Int {
    try MappedFile(path: path).bytes.count
  }

  /// Reads the file back and compares every code and parameter.
  private func check(_ written: [String: AnyQuantized]) throws {
    let file = try SafeTensorsFile(path: output)
    for (name, matrix) in written where try file.quantized(name) != matrix {
      throw Failure("'\(name)' does not read back from \(output) as it was written")
    }
  }
}

extension SafeTensorsHeader.Entry {
  /// A matrix of a linear layer or an embedding.
  fileprivate var isWeight: Bool {
    shape.count == 2 && name.hasSuffix(".weight")
      && [.float32, .float16, .bfloat16].contains(element)
  }
}
