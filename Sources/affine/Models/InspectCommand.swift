import AffineFormats
import AffineQuant
import ArgumentParser

/// What a file holds.
struct InspectCommand: ParsableCommand {
  struct Tensor: Encodable {
    let name, type: String
    let shape: [Int]
    let bytes: Int
  }

  struct Quantized: Encodable {
    let name, type: String
    let shape: [Int]
    let bytes: Int
  }

  struct Report: Encodable {
    let file: String
    let tensors: [Tensor]
    let quantized: [Quantized]
    let metadata: [GGUFReport.Entry]
  }

  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "The tensors of a safetensors or GGUF file, and its quantized matrices.")

  @Argument(help: "A safetensors or GGUF file.") var file: String
  @Option(help: "How to print.") var format = OutputFormat.table

  func run() throws {
    if GGUFFile.recognizes(file) {
      let report = try GGUFReport(file)
      switch format {
      case .json: try printJSON(report)
      case .table: try show(report.text)
      }
      return
    }
    let contents = try SafeTensorsFile.open(file)
    let tensors = contents.header.entries.map {
      Tensor(name: $0.name, type: $0.element.rawValue, shape: $0.shape, bytes: $0.range.count)
    }
    let quantized = try contents.quantizedNames.map { name in
      let matrix = try contents.quantized(name)
      return Quantized(
        name: name, type: matrix.quantizedType.name,
        shape: [matrix.shape.rows, matrix.shape.columns],
        bytes: matrix.quantizedType.byteCount(of: matrix.shape))
    }
    let report = Report(
      file: file, tensors: tensors, quantized: quantized,
      metadata: contents.header.metadata.map { GGUFReport.Entry(key: $0.key, value: $0.value) })
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.text)
    }
  }
}

extension InspectCommand.Report {
  fileprivate var text: String {
    var parts = TextTable(["tensor", "type", "shape", "bytes"])
    for tensor in tensors {
      parts.rows.append([
        tensor.name, tensor.type, "\(tensor.shape)", "\(ByteCount(tensor.bytes))",
      ])
    }
    let total = tensors.reduce(0) { $0 + $1.bytes }
    var text = "\(parts.plain)\n\n\(tensors.count) tensors, \(ByteCount(total))"
    if !quantized.isEmpty {
      var matrices = TextTable(["quantized matrix", "type", "shape", "bytes"])
      for matrix in quantized {
        matrices.rows.append([
          matrix.name, matrix.type, "\(matrix.shape)", "\(ByteCount(matrix.bytes))",
        ])
      }
      text += "\n\n" + matrices.plain
    }
    let notes = metadata.filter { SafeTensorsWriter.describedName($0.key) == nil }
      .sorted { $0.key.precedes($1.key) }
    if !notes.isEmpty {
      text +=
        "\n\n"
        + notes.map { "\($0.key.escapingControls): \($0.value.escapingControls)" }.joined(
          separator: "\n")
    }
    return text
  }
}
