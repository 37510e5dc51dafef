import AffineQuant

func methods(_ x: Matrix<Float>) throws {
  // A way of choosing parameters belongs to one mapping.
  _ = try Int8Weight(quantizing: x, method: .tinygemm) // expected-error {{}}
  _ = try UInt4Weight(quantizing: x, method: .mlx) // expected-error {{}}
  _ = try UInt4BiasedWeight(quantizing: x, method: .noClipping) // expected-error {{}}
  // Parameters are there where the mapping has them.
  _ = try Int8Weight(quantizing: x).zeroPoints // expected-error {{}}
  _ = try Int8Weight(quantizing: x).biases // expected-error {{}}
  _ = try UInt4Weight(quantizing: x).biases // expected-error {{}}
  _ = try UInt4BiasedWeight(quantizing: x).zeroPoints // expected-error {{}}
}
