import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct ElementwiseGradientTests {
  /// 8 ulp of Φ and 6 of the density, of two roundings each, and six products and sums.
  @Test(arguments: [1, 2, 3] as [UInt64]) func gelu(seed: UInt64) throws {
    let x = Numbers.normal(5, 7, seed: seed)
    let check = LayerCheck(
      inputs: [x], roundings: 34, definition: { DoubleLayers.gelu($0[0]) },
      layer: { try $0.gelu($1[0]) })
    try check(seed: seed)
  }

  /// Twice 4 ulp of the logistic function, of two roundings each, and four products and sums.
  @Test(arguments: [1, 2, 3] as [UInt64]) func silu(seed: UInt64) throws {
    let x = Numbers.normal(3, 11, seed: seed)
    let check = LayerCheck(
      inputs: [x], roundings: 20, definition: { DoubleLayers.silu($0[0]) },
      layer: { try $0.silu($1[0]) })
    try check(seed: seed)
  }

  /// Those of SiLU and a product.
  @Test(arguments: [1, 2, 3] as [UInt64]) func swiglu(seed: UInt64) throws {
    let inputs = [Numbers.normal(4, 5, seed: seed), Numbers.normal(4, 5, seed: seed + 10)]
    let check = LayerCheck(
      inputs: inputs, roundings: 21,
      definition: { DoubleLayers.swiglu(gate: $0[0], up: $0[1]) },
      layer: { try $0.swiglu(gate: $1[0], up: $1[1]) })
    try check(seed: seed)
  }

  /// x + (x + silu(x) + y): the gradient of what is used three times gathers all of them.
  @Test(arguments: [1, 2, 3] as [UInt64]) func residual(seed: UInt64) throws {
    let inputs = [Numbers.normal(3, 4, seed: seed), Numbers.normal(3, 4, seed: seed + 10)]
    let check = LayerCheck(
      inputs: inputs, roundings: 23,
      definition: { x in
        let bent = DoubleLayers.add(DoubleLayers.silu(x[0]), x[1])
        return DoubleLayers.add(x[0], DoubleLayers.add(x[0], bent))
      },
      layer: { tape, x in try tape.add(x[0], tape.add(x[0], tape.add(try tape.silu(x[0]), x[1]))) })
    try check(seed: seed)
  }

  /// x + x: both inputs are one variable, and the gradients are the same memory.
  @Test func doubled() throws {
    let check = LayerCheck(
      inputs: [Numbers.normal(2, 3, seed: 4)], roundings: 1,
      definition: { DoubleLayers.add($0[0], $0[0]) }, layer: { try $0.add($1[0], $1[0]) })
    try check(seed: 4)
  }

  /// What is dropped is read off ones; a factor, and a product with it.
  @Test(arguments: [1, 2, 3] as [UInt64], [0.1, 0.5, 0.9] as [Float])
  func dropout(seed: UInt64, probability: Float) throws {
    let ones = Variable(Matrix(rows: 6, columns: 9) { _, _ in 1 })
    let masking = Tape(seed: seed)
    let mask = DoubleMatrix(
      try masking.dropout(masking.input(ones.value), probability: probability).value.floats())
    #expect(mask.values.contains(0) && mask.values.contains { $0 > 0 })
    let check = LayerCheck(
      inputs: [Numbers.normal(6, 9, seed: seed)], roundings: 2,
      definition: { DoubleLayers.multiply($0[0], mask) },
      layer: { try $0.dropout($1[0], probability: probability) })
    try check(seed: seed)
  }

  @Test func dropoutIsTheIdentityOutsideOfTraining() throws {
    let x = Numbers.normal(6, 9, seed: 1)
    let tape = Tape(isTraining: false)
    #expect(try tape.dropout(tape.input(.float32(x)), probability: 0.5).value.floats() == x)
  }
}
