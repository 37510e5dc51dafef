import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Adapters in PEFT's files.
@Suite struct AdapterFolderTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

  /// A model whose adapters do something.
  private func adapted(_ source: ModelSource) throws -> Transformer {
    var model = try Transformer(source)
    try model.addAdapters(rank: 3, alpha: 6, seed: 1)
    for index in model.parameters.indices where model.parameters[index].name.hasSuffix(".lora.b") {
      let shape = model.parameters[index].shape
      model.parameters[index].value = .float32(
        Matrix(rows: shape.rows, columns: shape.columns) {
          Float(($0 * 7 + $1 * 3 + index) % 11 - 5) / 64
        })
    }
    return model
  }

  /// Written and read, they are what they were, also where layers are joined.
  @Test(arguments: ["llama", "gemma3", "phi3"]) func theyAreReadAgain(name: String) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let path = "\(ArchitectureGoldenTests.folder)/\(name)"
    var source = try ModelSource.open(path)
    let model = try adapted(source)
    try source.writeAdapters(of: model, to: place)
    try source.addAdapters(from: place)
    for layer in model.configuration.linearLayers where layer != .head {
      let expected = try #require(try model.change(of: layer)).values()
      let found = try #require(source.change(of: layer)).values()
      // Joined layers add products with zeros, which changes nothing.
      #expect(found == expected, "\(layer)")
    }
    #expect(throws: ModelFileError.self) { try source.addAdapters(from: place) }
    // Modules of other names.
    let another = name == "phi3" ? "llama" : "phi3"
    var other = try ModelSource.open("\(ArchitectureGoldenTests.folder)/\(another)")
    #expect(throws: (any Error).self) { try other.addAdapters(from: place) }
  }

  /// The modules of a block as transformers names them, with their outputs and inputs.
  private static let modules: [String: [(name: String, shape: Shape)]] = [
    "llama": [
      ("self_attn.q_proj", Shape(32, 32)), ("self_attn.k_proj", Shape(16, 32)),
      ("self_attn.v_proj", Shape(16, 32)), ("self_attn.o_proj", Shape(32, 32)),
      ("mlp.gate_proj", Shape(48, 32)), ("mlp.up_proj", Shape(48, 32)),
      ("mlp.down_proj", Shape(32, 48)),
    ],
    "gemma3_text": [
      ("self_attn.q_proj", Shape(32, 32)), ("self_attn.k_proj", Shape(8, 32)),
      ("self_attn.v_proj", Shape(8, 32)), ("self_attn.o_proj", Shape(32, 32)),
      ("mlp.gate_proj", Shape(24, 32)), ("mlp.up_proj", Shape(24, 32)),
      ("mlp.down_proj", Shape(32, 24)),
    ],
    "gemma3": [
      ("self_attn.q_proj", Shape(32, 32)), ("self_attn.k_proj", Shape(8, 32)),
      ("self_attn.v_proj", Shape(8, 32)), ("self_attn.o_proj", Shape(32, 32)),
      ("mlp.gate_proj", Shape(48, 32)), ("mlp.up_proj", Shape(48, 32)),
      ("mlp.down_proj", Shape(32, 48)),
    ],
    "phi3": [
      ("self_attn.qkv_proj", Shape(64, 32)), ("self_attn.o_proj", Shape(32, 32)),
      ("mlp.gate_up_proj", Shape(96, 32)), ("mlp.down_proj", Shape(32, 48)),
    ],
  ]

  /// Names, shapes and settings are those that the library PEFT writes and looks for, word by word: one that reader
  /// and writer both get wrong would be read again.
  @Test(arguments: [("llama", 3), ("gemma3_text", 7), ("phi3", 3), ("gemma3", 3)])
  func namesAreThoseOfPEFT(name: String, blocks: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let withImages = name == "gemma3"
    let modules = try #require(Self.modules[name])
    let source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/\(name)")
    try source.writeAdapters(of: adapted(source), to: place)
    let file = try SafeTensorsFile(path: "\(place)/adapter_model.safetensors")
    let prefix = "base_model.model.model.\(withImages ? "language_model." : "")layers."
    var expected: [String: Shape] = [:]
    for block in 0..<blocks {
      for (module, shape) in modules {
        // Of joined layers the ranks stand side by side.
        let rank = module.contains("qkv") ? 9 : module.contains("gate_up") ? 6 : 3
        expected["\(prefix)\(block).\(module).lora_A.weight"] = Shape(rank, shape.columns)
        expected["\(prefix)\(block).\(module).lora_B.weight"] = Shape(shape.rows, rank)
      }
    }
    #expect(Set(file.names) == Set(expected.keys))
    for (name, shape) in expected {
      let matrix: Matrix<Float> = try file.matrix(name)
      #expect(matrix.shape == shape, "\(name)")
    }
    let text = try Data(contentsOf: URL(filePath: "\(place)/adapter_config.json"))
    let settings = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    #expect(settings["peft_type"] as? String == "LORA")
    #expect(settings["task_type"] as? String == "CAUSAL_LM")
    #expect(settings["r"] as? Int == 3 && settings["lora_alpha"] as? Double == 6)
    let ends = modules.map { String($0.name.split(separator: ".")[1]) }
    if withImages {
      // PEFT takes a text for a pattern that fits whole names; what sees images has modules of these names too.
      let pattern = try Regex(try #require(settings["target_modules"] as? String))
      for (module, _) in modules {
        #expect("model.language_model.layers.2.\(module)".wholeMatch(of: pattern) != nil)
        #expect("model.vision_tower.encoder.layers.0.\(module)".wholeMatch(of: pattern) == nil)
      }
    } else {
      #expect(Set(settings["target_modules"] as? [String] ?? []) == Set(ends))
    }
    let ranks = settings["rank_pattern"] as? [String: Int] ?? [:]
    let joined = (0..<blocks).map { "model.layers.\($0).self_attn.qkv_proj" }
    #expect(joined.allSatisfy { ranks[$0] == (name == "phi3" ? 9 : nil) })
  }

  /// PEFT looks for the model by the name that a folder of adapters says; here any is theirs, and none too.
  @Test(arguments: [
    ("llama", "llama"), ("llama/", "llama"), ("llama/model.gguf", "model.gguf"),
  ])
  func theyNameTheirModel(path: String, name: String) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/\(path)")
    try source.writeAdapters(of: adapted(source), to: place)
    let file = URL(filePath: "\(place)/adapter_config.json")
    var settings = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    #expect(settings.removeValue(forKey: "base_model_name_or_path") as? String == name)
    try JSONSerialization.data(withJSONObject: settings).write(to: file)
    try source.addAdapters(from: place)
  }

  /// A model that runs with them computes what the merged one does.
  @Test func theyRun() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    let golden = try ArchitectureGoldenTests.Golden("llama")
    var model = try adapted(source)
    try source.writeAdapters(of: model, to: place)
    try source.addAdapters(from: place)
    try model.mergeAdapters(keepingFormats: false)
    func logits(_ model: DecoderModel) throws -> [Float] {
      var cache = KeyValueCache(model.configuration, format: .float32)
      return Array(try model.logits(after: golden.tokens, &cache).values.array)
    }
    let (found, expected) = (
      try logits(source.model(activations: .float32)),
      try logits(DecoderModel(model, activations: .float32))
    )
    let plain = try logits(
      ModelSource.open("\(ArchitectureGoldenTests.folder)/llama").model(activations: .float32))
    // Two sums in another order, as small as the difference of two libraries.
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(zip(found, plain).contains { abs($0 - $1) > 1e-2 })
  }

  /// A rank is that of the tensors: any other number becomes the size of nothing.
  @Test func ranksThatNoFileHasAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    try source.writeAdapters(of: adapted(source), to: place)
    let path = URL(filePath: "\(place)/adapter_config.json")
    let plain = try String(contentsOf: path, encoding: .utf8)
    for rank in [
      "4611686018427387904", "9223372036854775807", "2147483648", "1000000000000000000", "1e18",
      "-1", "-9223372036854775808", "0", "2",
    ] {
      let text = plain.replacing(/"r": *3/, with: "\"r\": \(rank)")
      #expect(text != plain)
      try Data(text.utf8).write(to: path)
      #expect(throws: (any Error).self, "\(rank)") { try source.addAdapters(from: place) }
    }
    try Data(plain.utf8).write(to: path)
    try source.addAdapters(from: place)
  }

  /// A folder without adapters is a mistake of who names it.
  @Test func noAdaptersAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    try source.writeAdapters(of: adapted(source), to: place)
    let path = "\(place)/adapter_model.safetensors"
    let whole = try Data(contentsOf: URL(filePath: path))
    try SafeTensorsWriter().write(to: path)
    let error = ModelFileError.malformed(file: path, reason: "no tensor in it is an adapter's")
    #expect(throws: error) { try source.addAdapters(from: place) }
    // What was refused is no part of the source.
    var other = SafeTensorsWriter()
    try other.add("x", Matrix<Float>(rows: 1, columns: 1) { _, _ in 0 })
    try other.write(to: path)
    #expect(throws: ModelFileError.unusedTensor("x", blocks: source.configuration.blocks.count)) {
      try source.addAdapters(from: place)
    }
    try whole.write(to: URL(filePath: path))
    try source.addAdapters(from: place)
    #expect(source.change(of: .linear(block: 0, .query)) != nil)
  }

  /// A source that was copied copies its adapters too.
  @Test func theyAreCopiedWithTheSource() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open(
      "\(ArchitectureGoldenTests.folder)/llama", copies: true)
    try source.writeAdapters(of: adapted(source), to: place)
    try source.addAdapters(from: place)
    let layer = DecoderLayer.linear(block: 0, .query)
    let before = try #require(source.change(of: layer)).values()
    // In place, as no writer of this library does it.
    let path = "\(place)/adapter_model.safetensors"
    let count = try Data(contentsOf: URL(filePath: path)).count
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.write(contentsOf: Data(count: count))
    try file.close()
    #expect(try #require(source.change(of: layer)).values() == before)
  }

  /// Of the names that a module ends with the first counts, among however many.
  @Test func theFirstOfManyNamesCounts() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    try source.writeAdapters(of: adapted(source), to: place)
    let path = URL(filePath: "\(place)/adapter_config.json")
    let plain = try String(contentsOf: path, encoding: .utf8)
    let others = (0..<20_000).map { #""m\#($0)": 1, "# }.joined()
    let names =
      #""_proj": 3, "q_proj": 12, "layers.0.self_attn.q_proj": 24, "0.self_attn.k_proj": 9"#
    let text = plain.replacing(
      /"alpha_pattern": *\{\}/, with: "\"alpha_pattern\": {\(others)\(names)}")
    #expect(text != plain)
    try Data(text.utf8).write(to: path)
    let began = ContinuousClock.now
    try source.addAdapters(from: place)
    #expect(began.duration(to: .now) < .seconds(5))
    let usual = try #require(source.change(of: .linear(block: 0, .value))).factor
    #expect(usual == 2)
    for (block, linear, factor) in [
      (0, .query, 4), (1, .query, 4), (0, .key, 3), (1, .key, 2),
    ] as [(Int, DecoderConfiguration.BlockLinear, Float)] {
      #expect(try source.change(of: .linear(block: block, linear))?.factor == factor)
    }
  }
}
