import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

@Suite struct BertWritingTests {
  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name))
  }

  private static let sequences = [
    [1, 5, 9, 2], [1, 40, 33, 17, 21, 2], [3, 4, 5, 6, 7, 8, 9, 10],
  ]

  private static func read(
    _ model: BertModel, _ file: SafeTensorsFile
  ) throws -> (model: BertModel, file: SafeTensorsFile) {
    let written = try SafeTensorsFile(
      contents: Buffer(SafeTensorsWriter(model, from: file).contents))
    return (try BertModel(written, model.configuration), written)
  }

  /// A model that nothing was done to is the file that it came from.
  @Test func unchangedModelsKeepTheirBytes() throws {
    let small = try SmallBert()
    let type = try Self.type("int4-group8")
    let file = try small.file(quantized: ["encoder.layer.0.output.dense.weight": type])
    let again = try Self.read(try BertModel(file, small.configuration), file)
    #expect(again.file.names.sorted() == file.names.sorted())
    #expect(again.file.header.metadata == file.header.metadata)
    for name in file.names {
      #expect(try again.file.bytes(of: name).array == file.bytes(of: name).array)
    }
  }

  /// What is read again has the embeddings of the model in memory, bit for bit: factors in norms, factors of
  /// layers, fixed scales, layers that stayed as they were, codes that replace other codes.
  @Test(arguments: ["rtn", "gptq", "awq", "smoothquant"], [nil, InputRange.minMax])
  func modelsReadBackAsTheyAre(_ method: String, _ range: InputRange?) throws {
    let small = try SmallBert()
    let before = try Self.type("int8-row")
    let replaced = "encoder.layer.0.attention.self.query.weight"
    let file = try small.file(quantized: [replaced: before])
    let model = try BertModel(file, small.configuration)
    let plan = QuantizationPlan(
      try Self.type("int4-group8"),
      rules: [.init(try #require(NamePattern("*.1.output.dense")), as: nil)])
    var quantized = try model.quantized(
      plan, by: try #require(QuantizationMethods.named(method)),
      calibration: CalibrationSettings(Self.sequences)
    ).model
    if let range {
      let type = try Self.type("uint8-tensor")
      try quantized.fixInputs(as: type, range, Self.sequences)
    }
    let again = try Self.read(quantized, file)
    let (found, expected) = (
      try again.model.embeddings(of: Self.sequences), try quantized.embeddings(of: Self.sequences)
    )
    #expect(found == expected)
    #expect(found != (try model.embeddings(of: Self.sequences)))
    #expect(again.file.quantizedNames.count == 11)
    let names = again.file.names
    if method == "smoothquant" {
      #expect(names.contains("embeddings.LayerNorm.divisors"))
      #expect(names.contains("encoder.layer.0.output.dense.input_factors"))
    }
    #expect(names.contains { $0.hasSuffix("input_scales") } == (range != nil))
    // A second time: what was written is itself a model that can be quantized.
    let twice = try again.model.quantized(
      QuantizationPlan(before), by: RoundToNearest()
    ).model
    let third = try Self.read(twice, again.file)
    #expect(
      try third.model.embeddings(of: Self.sequences) == twice.embeddings(of: Self.sequences))
    #expect(third.file.quantizedNames.count == 12)
  }

  /// Inputs that are quantized on every call are so again, in bytes a row or for all of them.
  @Test(arguments: ["int8-row", "uint8-tensor"])
  func dynamicInputsReadBack(_ inputs: String) throws {
    let small = try SmallBert()
    let file = try small.file()
    var model = try BertModel(file, small.configuration)
    try model.quantizeLinears(as: try Self.type("int8-row"))
    let weightOnly = try model.embeddings(of: Self.sequences)
    try model.quantizeInputs(as: try Self.type(inputs))
    let again = try Self.read(model, file)
    let found = try again.model.embeddings(of: Self.sequences)
    #expect(try found == model.embeddings(of: Self.sequences))
    #expect(found != weightOnly)
    // What they are may change.
    var changed = again.model
    try changed.quantizeInputs(as: nil)
    let third = try Self.read(changed, again.file)
    #expect(try third.model.embeddings(of: Self.sequences) == weightOnly)
  }

  /// Tables of places and of kinds of text that MLX quantized become floats, with which the states are the same.
  @Test func tablesOfAnotherProjectBecomeFloats() throws {
    let original = "\(QuantizedFolderTests.folder)/bert-mlx"
    let tables = ["position", "token_type"].map { "embeddings.\($0)_embeddings" }
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(atPath: original, toPath: folder.path)
    let file = try SafeTensorsFile(path: "\(original)/model.safetensors")
    var writer = SafeTensorsWriter()
    for entry in file.header.entries {
      guard let table = tables.first(where: { entry.name == "\($0).weight" }) else {
        try writer.add(
          entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
        continue
      }
      // 64 columns in codes of 4 bits and groups of 32, each 2⁻⁶ · code - 2⁻⁴.
      let rows = entry.shape[0]
      try writer.add(
        entry.name, .uint32, shape: [rows, 8],
        bytes: Buffer((0..<32 * rows).map { UInt8(truncatingIfNeeded: 37 * $0) }))
      for (part, high) in [("scales", 0x24), ("biases", 0xac)] as [(String, UInt8)] {
        try writer.add(
          "\(table).\(part)", .float16, shape: [rows, 2],
          bytes: Buffer((0..<2 * rows).flatMap { _ in [0, high] }))
      }
    }
    let path = folder.appending(path: "model.safetensors").path
    try FileManager.default.removeItem(atPath: path)
    try writer.write(to: path)
    let model = try BertModel(folder: folder.path, copies: true)
    let again = try Self.read(model, SafeTensorsFile(path: path, copies: true))
    let tokens = try QuantizedFolderTests.golden("bert-mlx").tokens
    #expect(
      try again.model.run(tokens, on: .threads(1)) { _, _ in }
        == model.run(tokens, on: .threads(1)) { _, _ in })
    for table in tables {
      #expect(again.file.header["\(table).weight"]?.element == .float32)
      #expect(again.file.header["\(table).scales"] == nil)
    }
  }

  /// What a file says of inputs is checked like all else.
  @Test func brokenInputsAreRefused() throws {
    let small = try SmallBert()
    let layer = "encoder.layer.0.output.dense"
    let type = try Self.type("int8-row")
    let codes = try AnyQuantized(
      quantizing: try #require(small.tensors["\(layer).weight"]), as: type)
    func model(
      _ metadata: String?, _ extra: [String: Matrix<Float>]
    ) throws -> BertModel {
      var writer = SafeTensorsWriter()
      for (name, matrix) in small.tensors where name != "\(layer).weight" {
        try writer.add(name, matrix)
      }
      try writer.add("\(layer).weight", codes)
      for (name, matrix) in extra { try writer.add("\(layer).\(name)", matrix) }
      writer.metadata["inputs.\(layer)"] = metadata
      return try BertModel(
        SafeTensorsFile(contents: Buffer(writer.contents)), small.configuration)
    }
    let one = Matrix<Float>(rows: 1, columns: 1) { _, _ in 0.5 }
    #expect(throws: Never.self) { try model("int8-tensor", ["input_scales": one]) }
    let wrong: [(String?, [String: Matrix<Float>])] = [
      ("int8-tensor", [:]), ("int8-row", ["input_scales": one]), ("int9", ["input_scales": one]),
      ("uint8-tensor", ["input_scales": one]),
      ("uint8-tensor", ["input_scales": one, "input_zero_points": one]),
      ("int8-tensor", ["input_scales": Matrix(rows: 1, columns: 2) { _, _ in 1 }]),
      (nil, ["input_factors": one]),
    ]
    for (metadata, extra) in wrong {
      #expect(throws: (any Error).self) { try model(metadata, extra) }
    }
    // A scale of zero is found where it is used.
    let zero = Matrix<Float>(rows: 1, columns: 1) { _, _ in 0 }
    let broken = try model("int8-tensor", ["input_scales": zero])
    #expect(throws: BertError.self) { try broken.embeddings(of: Self.sequences) }
  }
}
