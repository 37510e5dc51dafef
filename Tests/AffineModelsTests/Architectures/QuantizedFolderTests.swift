import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// A tiny model as each project keeps it quantized, opened as a model; `Tests/Golden/quantized_folders.py` wrote
/// folders and logits.
@Suite struct QuantizedFolderTests {
  static let folder = TokenGolden.folder.appending(path: "Golden/Quantized").path
  static let names = [
    "gptq", "gptq-ordered", "awq", "compressed-tensors", "mlx", "bnb-nf4", "bnb-nf4-nested",
    "bnb-fp4", "bnb-int8",
  ]

  static let encoders = [
    "bert-gptq", "bert-gptq-ordered", "bert-awq", "bert-compressed-tensors", "bert-mlx",
    "bert-bnb-nf4", "bert-bnb-int8",
  ]

  static func golden(_ name: String) throws -> (tokens: [Int], expected: Matrix<Float>) {
    let golden = try SafeTensorsFile(path: "\(folder)/\(name)/logits.safetensors")
    let tokens = try golden.bytes(of: "tokens").viewed(as: Int32.self).array.map { Int($0) }
    return (tokens, try golden.matrix("logits"))
  }

  static func logits(_ name: String, _ activations: ActivationFormat) throws -> Float {
    let (tokens, expected) = try golden(name)
    let model = try ModelSource.open("\(folder)/\(name)").model(activations: activations)
    var cache = KeyValueCache(model.configuration, format: .float32)
    var largest: Float = 0
    try model.eachLogits(after: tokens, &cache) { logits, first in
      for row in 0..<logits.shape.rows {
        for column in 0..<logits.shape.columns {
          largest = max(largest, abs(logits[row, column] - expected[first + row, column]))
        }
      }
    }
    return largest
  }

  /// Codes are those of the file, so that logits are those of the values that they stand for.
  @Test(arguments: names) func findsTheLogits(_ name: String) throws {
    let largest = try Self.logits(name, .float32)
    print("\(name): logits differ by at most \(largest)")
    #expect(largest < 1e-4)
    // Inputs in bytes are near.
    #expect(try Self.logits(name, .int8Groups) < 1)
  }

  /// Weights stay in codes: 4 bits with scales are less than half of floats of 16 bits.
  ///
  /// But for those of groups whose columns lie apart.
  @Test(arguments: names.filter { $0 != "gptq-ordered" }) func keepsCodes(_ name: String) throws {
    let model = try ModelSource.open("\(Self.folder)/\(name)").model(activations: .float32)
    for linear in model.linearNames where !linear.contains("lm_head") {
      let weight = model[linear: linear].weight
      #expect(weight.byteCount <= weight.shape.count + 4 * weight.shape.rows, "\(linear)")
    }
  }

  /// The states of an encoder are those of the values, too; what is written of it is in this library's format, and has
  /// the same bits.
  @Test(arguments: encoders) func findsTheStates(_ name: String) throws {
    let (tokens, expected) = try Self.golden(name)
    let model = try BertModel(folder: "\(Self.folder)/\(name)")
    let states = try model.run(tokens, on: .threads(1)) { _, _ in }
    #expect(states.shape == expected.shape)
    var largest: Float = 0
    for row in 0..<states.shape.rows {
      for column in 0..<states.shape.columns {
        largest = max(largest, abs(states[row, column] - expected[row, column]))
      }
    }
    print("\(name): states differ by at most \(largest)")
    #expect(largest < 1e-4)
    let file = try SafeTensorsFile(path: "\(Self.folder)/\(name)/model.safetensors")
    let written = try SafeTensorsFile(
      contents: Buffer(SafeTensorsWriter(model, from: file).contents))
    #expect(written.quantizedNames.isEmpty == (name == "bert-gptq-ordered"))
    let again = try BertModel(written, model.configuration)
    #expect(try again.run(tokens, on: .threads(1)) { _, _ in } == states)
    for linear in model.linearNames where name != "bert-gptq-ordered" {
      let weight = model[linear: linear].weight
      #expect(weight.byteCount <= weight.shape.count + 4 * weight.shape.rows, "\(linear)")
    }
  }

  /// Scales of scales are those of the file, code for code, also once they were written in this library's format.
  @Test func doubleQuantizedScalesAreThoseOfTheFile() throws {
    let path = "\(Self.folder)/bnb-nf4-nested/model.safetensors"
    let file = try SafeTensorsFile(path: path)
    let checkpoint = try QuantizedCheckpoint(
      file: file,
      configuration: String(
        contentsOf: URL(filePath: "\(Self.folder)/bnb-nf4-nested/config.json"), encoding: .utf8))
    var rowBlocks = Set<Int>()
    for name in checkpoint.names {
      let matrix = try checkpoint.matrix(name), core = matrix.core
      let coded = try #require(core.coded, "\(name): \(matrix.quantizedType)")
      let absmax = try file.bytes(of: "\(name).weight.absmax")
      let nested = try file.bytes(of: "\(name).weight.nested_absmax").viewed(as: Float.self)
      #expect(coded.scales.codes.array == absmax.array)
      #expect(coded.scales.scales.array == nested.array)
      rowBlocks.insert(core.grid.extent.columns)
      var writer = SafeTensorsWriter()
      try writer.add("w", matrix)
      let again = try SafeTensorsFile(contents: Buffer(writer.contents)).quantized("w")
      #expect(again == matrix)
      let read = try #require(again.core.coded)
      #expect(read.mean == coded.mean)
      #expect(core.byteCount < 2 * core.codes.count)
    }
    #expect(rowBlocks.count > 1)
  }

  /// A bias of a layer in codes that the configuration does not name would be missing; zeros change nothing.
  @Test(arguments: [0, 1]) func refusesABiasThatNobodyReads(value: Float) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: place) }
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(Self.folder)/gptq/config.json", toPath: "\(place)/config.json")
    let file = try SafeTensorsFile(path: "\(Self.folder)/gptq/model.safetensors")
    var writer = SafeTensorsWriter()
    for entry in file.header.entries {
      try writer.add(
        entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
    }
    let width = try ModelSource.open("\(Self.folder)/gptq").configuration.queryWidth
    try writer.add(
      "model.layers.0.self_attn.q_proj.bias",
      Matrix<Float>(rows: 1, columns: width) { _, _ in value })
    try writer.write(to: "\(place)/model.safetensors")
    if value == 0 {
      _ = try ModelSource.open(place)
    } else {
      #expect(throws: ModelFileError.self) { try ModelSource.open(place) }
    }
  }

  /// Parts that are missing, of other types or sizes end in a sentence.
  @Test(arguments: ["bnb-nf4-nested", "bnb-int8"]) func refusesPartsThatDoNotFit(
    _ name: String
  ) throws {
    let file = try SafeTensorsFile(path: "\(Self.folder)/\(name)/model.safetensors")
    let configuration = try String(
      contentsOf: URL(filePath: "\(Self.folder)/\(name)/config.json"), encoding: .utf8)
    let module = "model.layers.0.mlp.up_proj"
    func checkpoint(_ change: (String) -> (TensorElement, [Int], [UInt8])?) throws
      -> QuantizedCheckpoint
    {
      var writer = SafeTensorsWriter()
      for entry in file.header.entries {
        guard entry.name.hasPrefix(module) else { continue }
        let (element, shape, bytes) =
          try change(entry.name)
          ?? (entry.element, entry.shape, file.bytes(of: entry.name).array)
        if shape.contains(-1) { continue }
        try writer.add(entry.name, element, shape: shape, bytes: Buffer(bytes))
      }
      return try QuantizedCheckpoint(
        file: SafeTensorsFile(contents: Buffer(writer.contents)), configuration: configuration)
    }
    #expect(try checkpoint { _ in nil }.names == [module])
    _ = try checkpoint { _ in nil }.matrix(module)
    for entry in file.header.entries where entry.name.hasPrefix(module) {
      let missing = try checkpoint { $0 == entry.name ? (.uint8, [-1], []) : nil }
      let short = try checkpoint { $0 == entry.name ? (.uint8, [3], [1, 2, 3]) : nil }
      for changed in [missing, short] {
        // Without what says that there are codes there are none; a layout that is not named is the usual one.
        let isOptional = entry.name.hasSuffix("weight_format")
        do {
          _ = try changed.matrix(module)
          #expect(isOptional, "\(entry.name)")
        } catch { #expect(!"\(error)".isEmpty) }
      }
    }
    func changed(_ old: String, _ new: String) throws -> QuantizedCheckpoint {
      try checkpoint { name in
        guard name.contains("quant_state") else { return nil }
        let text = String(decoding: (try? file.bytes(of: name).array) ?? [], as: UTF8.self)
        let other = Array(text.replacingOccurrences(of: old, with: new).utf8)
        #expect(other != Array(text.utf8), "\(text)")
        return (.uint8, [other.count], other)
      }
    }
    for (old, new) in [
      ("\"blocksize\": 64", "\"blocksize\": -4"), ("\"blocksize\": 64", "\"blocksize\": 48"),
      ("\"shape\": [128, 64]", "\"shape\": [1, 64]"), ("\"shape\": [128, 64]", "\"shape\": 7"),
      ("\"shape\": [128, 64]", "\"shape\": [9223372036854775807, 64]"),
      ("\"nested_blocksize\": 256", "\"nested_blocksize\": 0"), ("{", "["),
    ] where name != "bnb-int8" {
      #expect(throws: QuantizedCheckpointError.self, "\(new)") {
        try changed(old, new).matrix(module)
      }
    }
    guard name == "bnb-nf4-nested" else { return }
    // All share a scale as it is: more blocks that would are none.
    let largest = try changed(
      "\"nested_blocksize\": 256", "\"nested_blocksize\": 9223372036854775807")
    #expect(try largest.matrix(module) == checkpoint { _ in nil }.matrix(module))
  }
}
