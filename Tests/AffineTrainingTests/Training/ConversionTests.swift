import AffineLayers
import AffineQuant
import AffineTraining
import Testing

/// A model whose weights are replaced by their codes computes what it was trained with.
struct ConversionTests {
  @Test(
    arguments: [.qat8da4w, .qatInt4, .int8MixedPrecision, .switchBack, .bitNet, .jetfire, .float32]
      as [Recipe])
  func lossesStayBitForBit(recipe: Recipe) throws {
    let run = try SmallRun(recipe)
    var trainer = try run.trainer()
    for _ in 0..<4 { _ = try trainer.advance(on: .threads(1)) }
    let loss = try trainer.validationLoss(on: .threads(1))
    var converted = trainer.model
    try converted.convertWeights(for: recipe)
    // Every weight of a linear layer is codes now, but for float32, and small.
    #expect(recipe == .float32 || converted.byteCount < trainer.model.byteCount / 2)
    let same = try run.trainer(converted).validationLoss(on: .threads(1))
    #expect(loss == same)
  }

  @Test func turnedWeightsHaveNoCodes() throws {
    var model = try SmallRun(.int4).model()
    #expect(throws: TrainingError.self) { try model.convertWeights(for: .int4) }
  }

  @Test func hugeModelsAreRefused() {
    var shape = TransformerShape(vocabulary: 256)
    (shape.width, shape.hidden, shape.layers) = (1 << 24, 1 << 24, 1 << 24)
    (shape.heads, shape.keyValueHeads) = (1, 1)
    #expect(throws: TrainingError.self) { try Transformer(shape, recipe: .float32, seed: 0) }
  }
}
