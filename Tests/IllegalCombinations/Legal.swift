import AffineQuant

// What is legal compiles: without this file a check that refuses everything would pass.

func legal(_ x: Matrix<Float>, _ g: Matrix<Float>) throws {
  let weight = try Int4Weight(quantizing: x)
  let tokens = try UInt8Activations(quantizing: x)
  _ = try linear(x, weight)
  _ = try linear(tokens, weight.tiled())
  _ = try inputGradient(g, weight)
  _ = try inputGradient(tokens, Int8Block(quantizing: x).transposed())
  _ = try weightGradient(Int8Block(quantizing: g), Int8Block(quantizing: x))
  _ = try weight.slice(rows: 0..<1).concatenated(above: weight)
  _ = tokens.zeroPoints
  _ = try UInt4BiasedWeight(quantizing: x, method: .tinygemm).biases
  _ = try NF4Weight(quantizing: x)
  _ = try DoubleQuantizedNF4Weight(quantizing: x)
  _ = try Q4KWeight(quantizing: x)
  _ =
    AffineQuantized<
      UInt4, RowMajor<PerGroup<32>, AsymmetricMapping<QuantizedScale<UInt6, PerGroup<8>, Float16>>>
    >.type
}
