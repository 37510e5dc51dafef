import AffineQuant

typealias Row<Mapping: AffineMapping> = RowMajor<PerRow, Mapping>

func storages(_ x: Matrix<Float>) throws {
  // A symmetric mapping needs codes on both sides of zero.
  _ = try AffineQuantized<UInt8, Row<Symmetric>>(quantizing: x)
  // expected-error@-1 {{(aka 'SymmetricMapping<Float>') conform to 'IntegerMapping'}}
  _ = try AffineQuantized<UInt4, Row<Symmetric>>(quantizing: x)
  // expected-error@-1 {{no exact matches in call to initializer}}
  _ = try AffineQuantized<UInt1, Row<SymmetricMapping<E8M0>>>(quantizing: x)
  // expected-error@-1 {{no exact matches in call to initializer}}
  // Small floats have no zero point and no bias.
  _ = try AffineQuantized<Float8E4M3, Row<Asymmetric>>(quantizing: x)
  // expected-error@-1 {{no exact matches in call to initializer}}
  _ = try AffineQuantized<Float8E5M2, Row<Biased>>(quantizing: x)
  // expected-error@-1 {{no exact matches in call to initializer}}
  _ = try AffineQuantized<Float4E2M1, Row<Asymmetric>>(quantizing: x)
  // expected-error@-1 {{no exact matches in call to initializer}}
  // A power of two has no sign, which a bias needs.
  _ = try AffineQuantized<UInt4, Row<BiasedMapping<E8M0>>>(quantizing: x)
  // expected-error@-1 {{type 'E8M0' does not conform to protocol 'SignedScaleElement'}}
  // A codebook is indexed by its own storage.
  _ = try AffineQuantized<UInt8, Row<Codebook<NormalFloat4>>>(quantizing: x)
  // expected-error@-1 {{'UInt8' and 'NormalFloat4.Storage' (aka 'UInt4') be equivalent}}
  _ = try AffineQuantized<UInt4, Row<Codebook<Dynamic8>>>(quantizing: x)
  // expected-error@-1 {{types 'UInt4' and 'Dynamic8.Storage' (aka 'UInt8') be equivalent}}
}
