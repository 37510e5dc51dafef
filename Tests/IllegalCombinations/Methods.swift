import AffineQuant

func methods(_ x: Matrix<Float>) throws {
  // A way of choosing parameters belongs to one mapping.
  _ = try Int8Weight(quantizing: x, method: .tinygemm)
  // expected-error@-1 {{type 'SymmetricMethod?' has no member 'tinygemm'}}
  _ = try UInt4Weight(quantizing: x, method: .mlx)
  // expected-error@-1 {{(aka 'Optional<AsymmetricMethod>') has no member 'mlx'}}
  _ = try UInt4BiasedWeight(quantizing: x, method: .noClipping)
  // expected-error@-1 {{requires that 'UInt4' conform to 'SymmetricStorage'}}
  // expected-error@-2 {{(aka 'BiasedMethod') and 'SymmetricMethod' be equivalent}}
  // Parameters are there where the mapping has them.
  let symmetric = try Int8Weight(quantizing: x)
  let asymmetric = try UInt4Weight(quantizing: x)
  let biased = try UInt4BiasedWeight(quantizing: x)
  _ = symmetric.zeroPoints
  // expected-error@-1 {{(aka 'SymmetricMethod') and 'AsymmetricMethod' be equivalent}}
  _ = symmetric.biases
  // expected-error@-1 {{(aka 'SymmetricMethod') and 'BiasedMethod' be equivalent}}
  _ = asymmetric.biases
  // expected-error@-1 {{(aka 'AsymmetricMethod') and 'BiasedMethod' be equivalent}}
  _ = biased.zeroPoints
  // expected-error@-1 {{(aka 'BiasedMethod') and 'AsymmetricMethod' be equivalent}}
}
