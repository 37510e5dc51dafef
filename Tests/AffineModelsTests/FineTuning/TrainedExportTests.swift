import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining
import Foundation
import Testing

/// What is trained on from the files of every architecture is a file again under every kind of recipe.
@Suite struct TrainedExportTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

  /// Products of floats; of codes with scales of rows, tensors and blocks; weights that are codes themselves.
  static let recipes = [
    "float32", "int8-mixed-precision", "switchback", "jetfire", "int8-weight-only",
  ]

  /// GGUF files that say all that a folder does.
  static let asFolders = ["qwen2", "gemma3_text", "smollm3"]

  /// A model after two steps, as it is exported: its weights in the codes that the recipe multiplies.
  static func trained(_ source: ModelSource, _ name: String) throws -> Transformer {
    let recipe = try Recipe(named: name)
    var trainer = try FineTuningTests.trainer(
      Transformer(source, recipe: recipe, on: .threads(1)), recipe)
    _ = try trainer.run(steps: 2, on: .threads(1))
    var model = trainer.model
    try model.convertWeights(for: recipe)
    return model
  }

  /// The mean of −ln p over the windows that validate, in loops of its own.
  static func loss(_ weights: some DecoderWeights) throws -> Double {
    let model = try DecoderModel(weights, activations: .float32, on: .threads(1))
    let batch = try FineTuningTests.corpus(model.configuration.vocabulary)
      .validationBatch(count: 2, sequence: FineTuningTests.sequence)
    var (sum, first) = (0.0, 0)
    for length in batch.lengths {
      var cache = KeyValueCache(model.configuration, format: .float32)
      let tokens = Array(batch.inputs[first..<first + length])
      try model.eachLogits(after: tokens, &cache, on: .threads(1)) { logits, place in
        for row in 0..<logits.shape.rows {
          let values = (0..<logits.shape.columns).map { Double(logits[row, $0]) }
          let target = batch.targets[first + place + row]
          sum += log(values.reduce(0) { $0 + exp($1) }) - values[target]
        }
      }
      first += length
    }
    return sum / Double(first)
  }

  /// How far two matrices are from each other.
  static func distance(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Float {
    zip(a.values.array, b.values.array).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// What is read has the values of the model, of which none are those of the source, and says of a text what the
  /// model says.
  static func check(
    _ read: some DecoderWeights, has model: Transformer, from source: some DecoderWeights,
    shiftsNorms: Bool = false
  ) throws {
    for tensor in model.configuration.tensors {
      let expected = try #require(model.tensor(tensor)).floats()
      let found = try #require(try read.tensor(tensor)).floats()
      let before = try #require(try source.tensor(tensor)).floats()
      #expect(found != before, "\(tensor.name) was trained")
      if !shiftsNorms || !tensor.name.contains("norm") {
        #expect(found == expected, "\(tensor.name)")
      }
    }
    let (found, expected) = (try FineTuningTests.logits(read), try FineTuningTests.logits(model))
    // Sums of codes in another order than those of floats, as small as the difference of two libraries.
    #expect(distance(found, expected) < 1e-4)
    #expect(distance(found, try FineTuningTests.logits(source)) > 1e-2)
    var plain = model
    for index in plain.parameters.indices {
      // Weights in 16 bits are multiplied as the floats that they stand for.
      guard case .bfloat16(let matrix) = plain.parameters[index].value else { continue }
      plain.parameters[index].value = .float32(matrix.converted())
    }
    let loss = try FineTuningTests.trainer(plain).validationLoss(on: .threads(1))
    #expect(abs(try Self.loss(read) - loss) < 1e-4)
  }

  @Test(arguments: ArchitectureGoldenTests.names, recipes)
  func aFolderIsAFolder(_ name: String, recipe: String) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let source = try FineTuningTests.source(name, gguf: false)
    let model = try Self.trained(source, recipe)
    try source.writeFolder(model, to: place)
    let read = try ModelSource.open(place)
    #expect(read.configuration == source.configuration)
    try Self.check(read, has: model, from: source)
  }

  /// No recipe's codes have scales that blocks hold: what was trained is floats.
  @Test(arguments: FineTuningTests.inGGUF, recipes)
  func aGGUFFileIsOne(_ name: String, recipe: String) throws {
    let source = try FineTuningTests.source(name, gguf: true)
    let model = try Self.trained(source, recipe)
    let read = try FineTuningTests.exported(model, #require(source.gguf))
    #expect(read.configuration == source.configuration)
    #expect(read.file.tensors.allSatisfy { $0.type == .f32 })
    try Self.check(read, has: model, from: source)
  }

  @Test(arguments: asFolders, recipes)
  func aGGUFFileIsAFolder(_ name: String, recipe: String) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let source = try FineTuningTests.source(name, gguf: true)
    let model = try Self.trained(source, recipe)
    try source.writeFolder(model, to: place)
    // The offset of Gemma's norms is taken out and put back.
    try Self.check(
      ModelSource.open(place), has: model, from: source, shiftsNorms: name == "gemma3_text")
  }

  /// Every recipe whose codes stand for weights leaves a file of them, as it keeps the weights of the source.
  @Test(arguments: Recipe.named.filter { !$0.normalizesInputs && !$0.rotates }.map(\.name))
  func everyRecipeIsExported(_ name: String) throws {
    let source = try FineTuningTests.source("llama", gguf: true)
    let model = try Self.trained(source, name)
    try Self.check(
      FineTuningTests.exported(model, #require(source.gguf)), has: model, from: source)
  }
}
