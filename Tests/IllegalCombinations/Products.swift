import AffineQuant

typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

func products(_ x: Matrix<Float>, _ h: Matrix<BFloat16>) throws {
  let rows = try Int8Activations(quantizing: x)
  let columns = try Columns(quantizing: x)
  let groups = try Int4Weight(quantizing: x)
  // A scale may vary only over free axes, or be constant inside a slice of the contracted one.
  _ = try linear(columns, rows)
  // expected-error@-1 {{requires that 'PerColumn' conform to 'RowSliced'}}
  _ = try linear(rows, columns)
  // expected-error@-1 {{requires that 'PerColumn' conform to 'RowSliced'}}
  _ = try inputGradient(rows, rows)
  // expected-error@-1 {{requires that 'PerToken' (aka 'PerRow') conform to 'ColumnSliced'}}
  _ = try inputGradient(rows, groups)
  // expected-error@-1 {{requires that 'PerGroup<32>' conform to 'ColumnSliced'}}
  _ = try inputGradient(columns, columns)
  // expected-error@-1 {{requires that 'PerColumn' conform to 'RowSliced'}}
  _ = try weightGradient(rows, columns)
  // expected-error@-1 {{requires that 'PerToken' (aka 'PerRow') conform to 'ColumnSliced'}}
  _ = try weightGradient(columns, rows)
  // expected-error@-1 {{requires that 'PerToken' (aka 'PerRow') conform to 'ColumnSliced'}}
  _ = try weightGradient(columns, groups)
  // expected-error@-1 {{requires that 'PerGroup<32>' conform to 'ColumnSliced'}}
  // Float operands have one element type.
  _ = try linear(x, h)
  // expected-error@-1 {{cannot convert value of type 'Matrix<BFloat16>'}}
  // expected-note@-2 {{arguments to generic parameter 'Element'}}
}
