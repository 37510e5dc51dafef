import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining
import Testing

/// Blocks of every architecture that the backward pass computes again: windows, norms of heads and outputs, biases,
/// joined layers, blocks without positions.
@Suite struct RecomputedBlockTests {
  private static func run(
    _ source: ModelSource, _ name: String, recomputes: Bool
  ) throws -> (record: TrainingRecord, trainer: Trainer) {
    let recipe = name == "lora" ? .float32 : try Recipe(named: name)
    var model = try Transformer(source, dropout: 0.1, recipe: recipe, on: .threads(1))
    if name == "lora" { try model.addAdapters(rank: 2, alpha: 4, seed: 2) }
    var trainer = try FineTuningTests.trainer(model, recipe)
    trainer.recomputesBlocks = recomputes
    return (try trainer.run(steps: 2, on: .threads(1)), trainer)
  }

  /// Dropout and stochastic rounding included.
  @Test(arguments: ArchitectureGoldenTests.names, ["float32", "lora", "switchback", "jetfire"])
  func noBitChanges(_ name: String, recipe: String) throws {
    let source = try FineTuningTests.source(name, gguf: false)
    let saved = try Self.run(source, recipe, recomputes: false)
    let again = try Self.run(source, recipe, recomputes: true)
    #expect(again.record.curve == saved.record.curve)
    #expect(again.record.validationLoss == saved.record.validationLoss)
    for (found, expected) in zip(again.trainer.model.parameters, saved.trainer.model.parameters) {
      #expect(found.value.floats() == expected.value.floats(), "\(expected.name)")
    }
    #expect(again.record.bytes.activations < saved.record.bytes.activations)
    #expect(again.record.bytes.weights == saved.record.bytes.weights)
  }
}
