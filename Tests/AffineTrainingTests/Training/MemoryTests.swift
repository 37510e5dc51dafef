import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Bytes by hand beside those that a run counts.
@Suite struct MemoryTests {
  /// Extents of the model whose activations are counted: blocks of 32 stick out of 80 columns.
  private let w = 80, hidden = 96, heads = 2, rows = 3 * 16

  private func bytes(_ recipe: Recipe) throws -> (bytes: MemoryUse, vocabulary: Int) {
    let run = try SmallRun(recipe) { shape, settings in
      (shape.width, shape.hidden, settings.batch) = (w, hidden, 3)
    }
    var trainer = try run.trainer()
    return (try trainer.run(steps: 1).bytes, run.shape.vocabulary)
  }

  /// What every recipe saves in float32: inputs of norms are `x`, those of products `h`, those of
  /// attention `q`, `k`, `v`; the loss keeps its gradient by its input, and each of three norms a mean
  /// and a deviation a row.
  private func float(x: Int, h: Int, qkv: Int, attention: Int, hidden count: Int) -> Int {
    4 * rows * ((x + h + qkv + attention) * w + heads + count * hidden + 3 * 2)
  }

  private func codes(_ rows: Int, _ columns: Int, block: Int? = nil) -> Int {
    guard let block else { return rows * columns }
    return rows * columns
      + 4 * ((rows + block - 1) / block) * ((columns + block - 1) / block)
  }

  @Test func float32() throws {
    let (bytes, vocabulary) = try bytes(.float32)
    let layers = 4 * w * w + 2 * w * hidden
    // Two embeddings, a head, three norms with bias.
    let count = layers + (2 * vocabulary + 16) * w + 3 * 2 * w
    #expect(bytes.weights == 4 * count)
    #expect(bytes.gradients == 4 * count)
    #expect(bytes.optimizer == 8 * count)
    #expect(bytes.total == 16 * count + bytes.activations)
    // The inputs of query, key and value are one matrix, and so are attention's output and the next
    // product's input.
    #expect(
      bytes.activations
        == float(x: 3, h: 3, qkv: 3, attention: 1, hidden: 2))
  }

  /// Codes of inputs in the place of inputs, of which query, key and value read the same. The weights' codes
  /// are saved too.
  @Test func switchBackM() throws {
    let bytes = try bytes(.switchBackM).bytes
    let inputs = 3 * (codes(rows, w) + 4 * rows) + codes(rows, hidden) + 4 * rows
    let weights = 4 * (w * w + 4) + 2 * (w * hidden + 4)
    #expect(
      bytes.activations
        == float(x: 3, h: 1, qkv: 3, attention: 1, hidden: 1) + inputs + weights)
    // Of six inputs in float32, that of the output product is attention's own.
    let reference = try self.bytes(.float32).bytes.activations
    #expect(reference - bytes.activations == 4 * rows * (2 * w + hidden) - inputs - weights)
  }

  /// Everything between layers is codes, saved once for all that read them; the norm before the head
  /// gives values, and attention keeps its own result.
  @Test func jetfire() throws {
    let bytes = try bytes(.jetfire).bytes
    let flowing = 9 * codes(rows, w, block: 32) + 2 * codes(rows, hidden, block: 32)
    let weights = 4 * codes(w, w, block: 32) + 2 * codes(hidden, w, block: 32)
    #expect(
      bytes.activations
        == float(x: 0, h: 1, qkv: 0, attention: 1, hidden: 0) + flowing + weights)
  }

  /// int8 weights with 8-bit moments, where linear layers dominate: a byte and a scale for each row,
  /// and two bytes and two scales for each 256 values.
  @Test func int8WeightsWithShortMoments() throws {
    func bytes(_ recipe: Recipe, _ moments: MomentFormat) throws -> (MemoryUse, Transformer) {
      let run = try SmallRun(recipe) { shape, settings in
        (shape.width, shape.layers, shape.hidden, shape.heads) = (256, 2, 1024, 4)
        shape.keyValueHeads = 4
        (shape.isTied, shape.norm, shape.positions) = (true, .rms, .rotary)
        (settings.optimizer.moments, settings.batch) = (moments, 1)
      }
      var trainer = try run.trainer()
      return (try trainer.run(steps: 1).bytes, trainer.model)
    }
    let (float, model) = try bytes(.float32, .float32)
    let (short, _) = try bytes(.int8WeightOnly, .dynamic8())
    let linear = 2 * 12 * 256 * 256
    let table = model.configuration.vocabulary * 256
    let norms = 5 * 256
    #expect(model.parameterCount == linear + table + norms)
    #expect(float.weights + float.optimizer == 12 * model.parameterCount)
    // A layer has 4 + 4 matrices of 256 rows, counting one of 1024 rows as 4, and one more of 256.
    #expect(short.weights == linear + 4 * 2 * (4 + 4 + 1) * 256 + 4 * (table + norms))
    // The table of embeddings keeps moments in float32.
    #expect(short.optimizer == (2 * 256 + 8) * linear / 256 + 8 * (table + norms))
    let bytes = Double(short.weights + short.optimizer) / Double(model.parameterCount)
    print("int8 weights, 8-bit moments: \(bytes) bytes a parameter")
    // 1 byte, 2 of moments, and a scale of each for 256; 12 for the table, 2 % of this model.
    #expect(bytes < 3.2)
  }

  /// Weights that a recipe rounds anew for every product are masters, 4 bytes a value of linear layers alone: not
  /// those that are multiplied as floats, nor those that are kept in 16 bits or in codes.
  @Test(arguments: Recipe.named) func masterWeights(recipe: Recipe) throws {
    let (bytes, vocabulary) = try bytes(recipe)
    let layers = 4 * w * w + 2 * w * hidden
    let hasMasters = !["float32", "bfloat16", "int8-weight-only"].contains(recipe.name)
    #expect(bytes.masterWeights == (hasMasters ? 4 * layers : 0))
    let others = 4 * ((2 * vocabulary + 16) * w + 3 * 2 * w)
    // Trained steps, two for each of six layers.
    let steps = recipe.learnsSteps ? 4 * 2 * 6 : 0
    if hasMasters { #expect(bytes.weights == bytes.masterWeights + others + steps) }
  }

  /// Frozen weights in codes are no masters, whatever the recipe makes of floats.
  @Test func frozenCodesAreNoMasters() throws {
    let run = try SmallRun(.switchBack)
    var model = try run.model()
    let type = try #require(QuantizedType(name: "uint4-group64-nf4"))
    try model.keepWeights(as: type)
    try model.addAdapters(rank: 2, alpha: 4, seed: 5)
    var trainer = try run.trainer(model)
    #expect(try trainer.run(steps: 1).bytes.masterWeights == 0)
  }

  /// A frozen parameter has neither gradient nor moments; one that is trained has both.
  @Test func frozenParametersCostNothing() throws {
    var run = try SmallRun(.int8WeightOnly)
    let whole = try run.model()
    run.rank = 2
    var trainer = try run.trainer()
    let bytes = try trainer.run(steps: 1).bytes
    let trained = 2 * (4 * (64 + 64) + 2 * (64 + 128))
    #expect(bytes.gradients == 4 * trained && bytes.optimizer == 8 * trained)
    #expect(bytes.weights == whole.byteCount + 4 * trained)
    var frozen = whole
    for index in frozen.parameters.indices where index > 0 {
      frozen.parameters[index].learningRateFactor = 0
    }
    run.rank = nil
    var one = try run.trainer(frozen)
    let rest = try one.run(steps: 1).bytes
    #expect(rest.gradients == 4 * 64 * run.shape.vocabulary)
    #expect(rest.optimizer == 2 * rest.gradients)
  }
}
