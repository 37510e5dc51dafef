import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct LinearGradientTests {
  /// A product and a sum for each of the terms of the longest of the three products.
  @Test(arguments: [1, 2, 3] as [UInt64], [(1, 1, 1), (3, 5, 7), (8, 2, 17), (6, 16, 4)])
  func linear(seed: UInt64, size: (m: Int, n: Int, k: Int)) throws {
    let inputs = [
      Numbers.normal(size.m, size.k, seed: seed), Numbers.normal(size.n, size.k, seed: seed + 10),
    ]
    let check = LayerCheck(
      inputs: inputs, roundings: max(size.m, size.n, size.k) + 1,
      definition: { DoubleLayers.linear($0[0], $0[1]) }, layer: { try $0.linear($1[0], $1[1]) })
    try check(seed: seed)
  }

  private let tokens = [3, 0, 3, 4, 1, 3]

  /// A sum for each time that a token comes.
  @Test(arguments: [1, 2, 3] as [UInt64]) func embedding(seed: UInt64) throws {
    let check = LayerCheck(
      inputs: [Numbers.normal(5, 7, seed: seed)], roundings: 3,
      definition: { DoubleLayers.embedding($0[0], tokens) },
      layer: { try $0.embedding($1[0], tokens) })
    try check(seed: seed)
  }

  /// The table is the head too, as in a model whose head is tied.
  @Test(arguments: [1, 2, 3] as [UInt64]) func tiedEmbedding(seed: UInt64) throws {
    let check = LayerCheck(
      inputs: [Numbers.normal(5, 7, seed: seed)], roundings: 7 + 6 + 3,
      definition: { DoubleLayers.linear(DoubleLayers.embedding($0[0], tokens), $0[0]) },
      layer: { try $0.linear($0.embedding($1[0], tokens), $1[0]) })
    try check(seed: seed)
  }

  /// Each row of a sequence gets the vector of its place.
  @Test(arguments: [1, 2, 3] as [UInt64]) func learnedPositions(seed: UInt64) throws {
    let inputs = [Numbers.normal(6, 5, seed: seed), Numbers.normal(4, 5, seed: seed + 10)]
    let places = [0, 1, 2, 0, 1, 2]
    let check = LayerCheck(
      inputs: inputs, roundings: 3,
      definition: { DoubleLayers.add($0[0], DoubleLayers.embedding($0[1], places)) },
      layer: { try $0.add($1[0], $0.embedding($1[1], places)) })
    try check(seed: seed)
  }

  /// A weight in codes is a constant that gradients pass.
  @Test(arguments: ["int4-group32", "uint4-group32-nf4", "int8-row"])
  func frozenCodes(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let weight = try AnyQuantized(quantizing: Numbers.normal(9, 40, seed: 2), as: type)
    let values = DoubleMatrix(weight.dequantized())
    let check = LayerCheck(
      inputs: [Numbers.normal(3, 40, seed: 3)], roundings: 41,
      definition: { DoubleLayers.linear($0[0], values) },
      layer: { try $0.linear($1[0], Variable(.codes(weight))) })
    try check(seed: 1)
  }
}
