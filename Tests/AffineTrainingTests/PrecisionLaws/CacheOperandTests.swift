import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Keys and values in few bits.
@Suite struct CacheOperandTests {
  /// A scale a tensor, the largest magnitude over 2^(bits − 1) − 1, to the nearest.
  private static func rounded(_ x: DoubleMatrix, bits: Int) -> DoubleMatrix {
    let scale = (x.values.map(abs).max() ?? 0) / Double(1 << (bits - 1) - 1)
    return x.map { ($0 / scale).rounded(.toNearestOrEven) * scale }
  }

  /// Values are those of the codes, and the gradient passes as if they had not been rounded: attention
  /// hands back the same bits as for values that are rounded already.
  @Test(arguments: 2...8) func gradientsPass(bits: Int) throws {
    let plan = try #require(try Recipe.forwardBits(cache: bits).cache)
    let (q, k, v) = (
      Numbers.normal(6, 8, seed: 1), Numbers.normal(6, 4, seed: 2), Numbers.normal(6, 4, seed: 3)
    )
    let arriving = Numbers.uniform(6, 8, seed: 4)
    let tape = Tape(seed: 1)
    let inputs = [q, k, v].map { tape.input(.float32($0)) }
    let caches = try [inputs[1], inputs[2]].map { try tape.rounded($0, as: plan, name: "cache") }
    for (cache, x) in zip(caches, [k, v]) {
      let expected = Self.rounded(DoubleMatrix(x), bits: bits).values
      // One rounding of the scale, one of the product.
      for (found, value) in zip(cache.value.floats().values.array, expected) {
        #expect(abs(Double(found) - value) <= abs(value) * 0x1p-22)
      }
    }
    let mixed = try tape.attention(
      inputs[0], caches[0], caches[1], heads: 4, keyValueHeads: 2, lengths: [3, 3])
    let found = try tape.gradients(of: mixed, arriving)
    let other = Tape(seed: 1)
    let same = [q, caches[0].value.floats(), caches[1].value.floats()]
      .map { other.input(.float32($0)) }
    let expected = try other.gradients(
      of: other.attention(
        same[0], same[1], same[2], heads: 4, keyValueHeads: 2, lengths: [3, 3]), arriving)
    for (one, two) in zip(inputs, same) {
      let (mine, theirs) = (try #require(found[one]), try #require(expected[two]))
      #expect(mine.values.array == theirs.values.array)
      #expect(mine.values.array.contains { $0 != 0 })
    }
  }

  /// In a whole model: after positions are turned in, both keys and values, each a tensor of its own.
  @Test(arguments: [3, 4, 6, 8], [1, 2] as [UInt64]) func modelsReadRoundedCaches(
    bits: Int, seed: UInt64
  ) throws {
    let check = try ModelCheck(
      ModelCheck.shape(.rms, .swiglu, .rotary, isTied: false), seed: seed)
    let recipe = try Recipe.forwardBits(cache: bits)
    let found = try check.model.gradients(
      check.tokens, targets: check.targets, sequence: check.sequence, recipe: recipe, on: Tape())
    var definition = check.definition
    let exact = definition.loss(check.tokens, targets: check.targets, sequence: check.sequence)
    definition.cache = { Self.rounded($0, bits: bits) }
    let expected = definition.loss(check.tokens, targets: check.targets, sequence: check.sequence)
    // As without a cache: none of these values lies so near the middle of two codes that a rounding
    // of `Float` would move it to the other.
    let unit = Double(ModelCheck.roundings) * 0x1p-24 * (1 + expected)
    #expect(abs(found.loss - expected) <= unit)
    #expect(abs(exact - expected) > unit)
    for gradient in found.gradients {
      #expect(try #require(gradient).values.array.contains { $0 != 0 })
    }
  }

  /// A run with a cache of few bits is another run.
  @Test func theCacheIsPartOfARunsIdentity() throws {
    let identities = try [Recipe.forwardBits(cache: 4), .forwardBits(cache: 5)].map {
      try #require(try SmallRun($0).end(steps: 1).metadata["identity"])
    }
    #expect(identities[0] != identities[1])
    #expect(identities[0].contains("cache"))
  }
}
