import AffineQuant

typealias Weight = AffineQuantized<Int4, RowMajor<PerGroup<32>, Symmetric>>

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
let weight = try Weight(quantizing: values)

// What a call on these types runs, without running it.
guard let plan = explain(.linear, Int8Activations.self, Weight.self) else { fatalError("no plan") }
print(plan)
