import AffineQuant

func arrangements(_ x: Matrix<Float>) throws {
  let tiled = try Int4Weight(quantizing: x).tiled()
  // Tiles are for products; parts are made of rows.
  _ = tiled.slice(rows: 0..<1)
  // expected-error@-1 {{SymmetricMapping<Float>>') conform to 'RowMajorLayout'}}
  _ = tiled.transposed()
  // expected-error@-1 {{SymmetricMapping<Float>>') conform to 'RowMajorLayout'}}
  // expected-error@-2 {{requires that 'PerGroup<32>' conform to 'TransposableGranularity'}}
  _ = tiled.concatenated(above: tiled)
  // expected-error@-1 {{SymmetricMapping<Float>>') conform to 'RowMajorLayout'}}
  _ = tiled.tiled()
  // expected-error@-1 {{SymmetricMapping<Float>>') conform to 'RowMajorLayout'}}
  _ = try inputGradient(x, tiled)
  // expected-error@-1 {{SymmetricMapping<Float>>') conform to 'RowMajorLayout'}}
  // A product contracts along the rows of a tile.
  typealias Wrong = AffineQuantized<Int8, Tiled<PerColumn, Symmetric>>
  // expected-error@-1 {{type 'PerColumn' does not conform to protocol 'RowSliced'}}
  // Nobody else arranges a matrix that was not arranged.
  _ = try Int4Weight(quantizing: x).rowMajor()
  // expected-error@-1 {{and 'Tiled<Scaling, Mapping>' be equivalent}}
  // expected-error@-2 {{generic parameter 'Scaling' could not be inferred}}
  // expected-error@-3 {{generic parameter 'Mapping' could not be inferred}}
}
