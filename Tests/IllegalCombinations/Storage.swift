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
  // Scales from a table are those of tables, which have no others but Float.
  _ = AffineQuantized<UInt4, Row<CodebookMapping<NormalFloat4, Float16>>>.type
  // expected-error@-1 {{type 'Float16' does not conform to protocol 'CodebookScaleElement'}}
  _ = AffineQuantized<UInt4, Row<CodebookMapping<NormalFloat4, E8M0>>>.type
  // expected-error@-1 {{type 'E8M0' does not conform to protocol 'CodebookScaleElement'}}
  typealias Coded = QuantizedScale<UInt6, PerGroup<8>, Float16>
  _ = AffineQuantized<UInt4, Row<CodebookMapping<NormalFloat4, Coded>>>.type
  // expected-error@-1 {{does not conform to protocol 'CodebookScaleElement'}}
  typealias Double = DoubleQuantizedScale<PerGroup<256>>
  _ = AffineQuantized<Int4, Row<SymmetricMapping<Double>>>.type
  // expected-error@-1 {{does not conform to protocol 'LinearScaleElement'}}
  _ = AffineQuantized<UInt4, Row<AsymmetricMapping<Double>>>.type
  // expected-error@-1 {{does not conform to protocol 'LinearScaleElement'}}
  _ = AffineQuantized<UInt4, Row<BiasedMapping<Double>>>.type
  // expected-error@-1 {{does not conform to protocol 'SignedScaleElement'}}
  // Codes of scales are those of files, cut along rows, and have scales of both signs.
  _ = QuantizedScale<UInt5, PerGroup<8>, Float16>.self
  // expected-error@-1 {{type 'UInt5' does not conform to protocol 'ScaleStorage'}}
  _ = QuantizedScale<UInt6, PerColumn, Float16>.self
  // expected-error@-1 {{type 'PerColumn' does not conform to protocol 'RowSliced'}}
  _ = QuantizedScale<UInt6, PerGroup<8>, E8M0>.self
  // expected-error@-1 {{type 'E8M0' does not conform to protocol 'FloatScaleElement'}}
  // A codebook is indexed by its own storage.
  _ = try AffineQuantized<UInt8, Row<Codebook<NormalFloat4>>>(quantizing: x)
  // expected-error@-1 {{'UInt8' and 'NormalFloat4.Storage' (aka 'UInt4') be equivalent}}
  _ = try AffineQuantized<UInt4, Row<Codebook<Dynamic8>>>(quantizing: x)
  // expected-error@-1 {{types 'UInt4' and 'Dynamic8.Storage' (aka 'UInt8') be equivalent}}
}
