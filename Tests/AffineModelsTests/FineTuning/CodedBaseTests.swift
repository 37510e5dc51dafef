import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Adapters beside frozen weights that a file keeps in blocks, and the blocks that they are merged into.
@Suite struct CodedBaseTests {
  /// A file, the type of its blocks, and what frozen weights are kept as.
  struct Base: Sendable, CustomTestStringConvertible {
    let file: String
    let blocks: GGUFTensorType
    let type: String

    init(_ file: String, _ blocks: GGUFTensorType, _ type: String = "file") {
      (self.file, self.blocks, self.type) = (file, blocks, type)
    }

    var testDescription: String { "\(file) in \(blocks) as \(type)" }

    /// Tiny models have rows of 32 values, of which K types have none.
    func weights() throws -> GGUFWeights {
      guard file == "wide" else {
        let twin = try #require(FineTuningTests.source(file, gguf: true).gguf)
        return try CodedBaseTests.rewritten(twin, blocks)
      }
      let extents = TinyDecoder.extents(
        vocabulary: 50, width: 256, heads: 4, keyValueHeads: 2, headSize: 64, feedForward: 256)
      let tiny = try TinyDecoder(extents: extents)
      return try CodedBaseTests.rewritten(
        GGUFDecoderTests.weights(GGUFDecoderTests.file(tiny)), blocks)
    }

    func model(_ weights: GGUFWeights) throws -> Transformer {
      guard type != "file" else { return try Transformer(weights) }
      let type = try #require(QuantizedType(name: type))
      return try Transformer(weights, recipe: .float32, linearsAs: type, on: .threads(1))
    }
  }

  static let bases =
    FineTuningTests.inGGUF.flatMap { [Base($0, .q8_0), Base($0, .q4_1)] } + [
      Base("llama", .q4_0), Base("wide", .q4_K), Base("wide", .q6_K),
      Base("wide", .q4_0, "uint4-group64-nf4"), Base("gemma3_text", .q8_0, "uint4-group64-nf4"),
    ]

  /// A file with the weights of linear layers in blocks, where rows are whole ones.
  static func rewritten(_ weights: GGUFWeights, _ blocks: GGUFTensorType) throws -> GGUFWeights {
    let type = try #require(blocks.quantizedType)
    let linears = Set(weights.configuration.linearLayers.map { weights.name(of: .weight($0)) })
    var writer = GGUFWriter(metadata: weights.file.metadata)
    for entry in weights.file.tensors {
      if linears.contains(entry.name), entry.shape.columns.isMultiple(of: blocks.blockSize) {
        let values = try weights.file.matrix(entry.name)
        try writer.add(entry.name, AnyQuantized(quantizing: values, as: type), as: blocks)
      } else {
        try writer.add(
          entry.name, entry.type, dimensions: entry.dimensions,
          bytes: weights.file.bytes(of: entry.name))
      }
    }
    return try GGUFWeights(GGUFFile(contents: Buffer(writer.contents)))
  }

  /// The model with trained adapters; frozen weights are in codes, which nothing moves.
  private static func trained(_ base: Base, _ weights: GGUFWeights) throws -> Transformer {
    var model = try base.model(weights)
    for layer in model.configuration.linearLayers where layer != .head {
      let columns = model.configuration.shape(of: .weight(layer)).columns
      let isCoded = if case .codes? = model.tensor(.weight(layer)) { true } else { false }
      #expect(
        isCoded == (base.type != "file" || columns.isMultiple(of: base.blocks.blockSize)),
        "\(layer.name)")
    }
    let frozen = model.parameters.map { $0.value.floats() }
    try model.addAdapters(rank: 2, alpha: 8, seed: 1)
    let trained = try FineTuningTests.trained(model, steps: 30)
    #expect(zip(frozen, trained.parameters).allSatisfy { $0 == $1.value.floats() })
    return trained
  }

  /// Of sums in another order the difference grows with the numbers.
  private static func areNear(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Bool {
    let largest = b.values.array.reduce(1) { max($0, abs($1)) }
    return TrainedExportTests.distance(a, b) < 1e-4 * largest
  }

  /// What adapters change becomes floats; all else keeps its blocks.
  @Test(arguments: bases) func adaptersAreAddedToBlocks(_ base: Base) throws {
    let weights = try base.weights()
    let model = try Self.trained(base, weights)
    let read = try FineTuningTests.exported(model, weights)
    let changed = Set(
      weights.configuration.linearLayers.filter { $0 != .head }.map {
        weights.name(of: .weight($0))
      })
    for entry in weights.file.tensors {
      let now = try #require(read.file[entry.name])
      if changed.contains(entry.name) {
        #expect(now.type == .f32, "\(entry.name)")
      } else {
        #expect(now.type == entry.type)
        #expect(try read.file.bytes(of: entry.name) == weights.file.bytes(of: entry.name))
      }
    }
    var merged = model
    try merged.mergeAdapters(keepingFormats: false, on: .threads(1))
    let (found, expected) = (try FineTuningTests.logits(read), try FineTuningTests.logits(merged))
    // The file keeps the blocks of its head, which else are the floats that they stand for.
    #expect(base.type == "file" ? found == expected : Self.areNear(found, expected))
    #expect(Self.areNear(found, try FineTuningTests.logits(model)))
    #expect(TrainedExportTests.distance(found, try FineTuningTests.logits(weights)) > 1e-2)
  }

  /// Merged into codes, changes are rounded to blocks of the file's type, whose bits are read again.
  @Test(arguments: bases) func mergedCodesAreBlocks(_ base: Base) throws {
    let weights = try base.weights()
    var model = try Self.trained(base, weights)
    try model.mergeAdapters(on: .threads(1))
    let read = try FineTuningTests.exported(model, weights)
    for layer in model.configuration.linearLayers {
      let name = weights.name(of: .weight(layer))
      let (now, before) = (try #require(read.file[name]), try #require(weights.file[name]))
      let (found, expected) = (try read.tensor(.weight(layer)), model.tensor(.weight(layer)))
      #expect(found?.floats() == expected?.floats(), "\(name)")
      if layer != .head {
        #expect(try read.file.bytes(of: name) != weights.file.bytes(of: name), "\(name)")
      }
      // Layers that are one tensor become floats, and so do codes of which there are no blocks.
      let isJoined = name.contains("attn_qkv") || base.file == "phi3" && name.contains("ffn_up")
      guard base.type == "file", before.type == base.blocks, !isJoined else { continue }
      #expect(now.type == base.blocks, "\(name)")
      if case (.codes(let found)?, .codes(let expected)?) = (found, expected) {
        #expect(found == expected, "\(name)")
      } else {
        Issue.record("no codes of \(name)")
      }
    }
    let (found, expected) = (try FineTuningTests.logits(read), try FineTuningTests.logits(model))
    if base.type == "file", base.file != "phi3" {
      #expect(found == expected)
    } else {
      #expect(Self.areNear(found, expected))
    }
  }

  /// A file of K types is called one still.
  @Test func theFileIsNamedByItsBlocks() throws {
    let base = Base("wide", .q4_K)
    let weights = try base.weights()
    var model = try Self.trained(base, weights)
    #expect(
      try FineTuningTests.exported(model, weights).file.metadata["general.file_type"] == .uint32(0))
    try model.mergeAdapters(on: .threads(1))
    #expect(
      try FineTuningTests.exported(model, weights).file.metadata["general.file_type"] == .uint32(14)
    )
  }
}
