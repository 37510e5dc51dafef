import AffineQuant

func parts(_ x: Matrix<Float>) throws {
  let groups = try Int4Weight(quantizing: x)
  let rows = try Int8Weight(quantizing: x)
  let tensor = try TernaryWeight(quantizing: x)
  let columns = rows.transposed()
  // Groups lie along rows: turned, they would need a granularity that there is not.
  _ = groups.transposed() // expected-error {{}}
  _ = PerGroup<32>.Transposed.self // expected-error {{}}
  // Two matrices have two scales.
  _ = try tensor.concatenated(above: tensor) // expected-error {{}}
  _ = try tensor.concatenated(leftOf: tensor) // expected-error {{}}
  _ = try rows.concatenated(leftOf: rows) // expected-error {{}}
  _ = try columns.concatenated(above: columns) // expected-error {{}}
}
