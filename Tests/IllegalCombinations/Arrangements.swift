import AffineQuant

func arrangements(_ x: Matrix<Float>) throws {
  let tiled = try Int4Weight(quantizing: x).tiled()
  // Tiles are for products; parts are made of rows.
  _ = tiled.slice(rows: 0..<1) // expected-error {{}}
  _ = tiled.transposed() // expected-error {{}}
  _ = tiled.concatenated(above: tiled) // expected-error {{}}
  _ = tiled.tiled() // expected-error {{}}
  _ = try inputGradient(x, tiled) // expected-error {{}}
  // A product contracts along the rows of a tile.
  typealias Wrong = AffineQuantized<Int8, Tiled<PerColumn, Symmetric>> // expected-error {{}}
  // Nobody else arranges a matrix that was not arranged.
  _ = try Int4Weight(quantizing: x).rowMajor() // expected-error {{}}
}
