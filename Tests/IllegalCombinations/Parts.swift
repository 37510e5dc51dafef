import AffineQuant

func parts(_ x: Matrix<Float>) throws {
  let groups = try Int4Weight(quantizing: x)
  let rows = try Int8Weight(quantizing: x)
  let tensor = try TernaryWeight(quantizing: x)
  let columns = rows.transposed()
  // Groups lie along rows: turned, they would need a granularity that there is not.
  _ = groups.transposed()
  // expected-error@-1 {{requires that 'PerGroup<32>' conform to 'TransposableGranularity'}}
  _ = PerGroup<32>.Transposed.self
  // expected-error@-1 {{type 'PerGroup<32>' has no member 'Transposed'}}
  // Two matrices have two scales.
  _ = try tensor.concatenated(above: tensor)
  // expected-error@-1 {{requires that 'PerTensor' conform to 'RowJoinable'}}
  _ = try tensor.concatenated(leftOf: tensor)
  // expected-error@-1 {{requires that 'PerTensor' conform to 'ColumnJoinable'}}
  _ = try rows.concatenated(leftOf: rows)
  // expected-error@-1 {{requires that 'PerRow' conform to 'ColumnJoinable'}}
  _ = try columns.concatenated(above: columns)
  // expected-error@-1 {{'PerRow.Transposed' (aka 'PerColumn') conform to 'RowJoinable'}}
}
