import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct FloatRecipeTests {
  let layer = Layer()

  @Test func float32IsTheThreeProducts() throws {
    let run = try layer.run(.float32)
    let (x, w, g) = (layer.x, layer.w, layer.g)
    #expect(run.output == (try linear(x, w)))
    #expect(run.dx == (try inputGradient(g, w)))
    #expect(run.dw == (try weightGradient(g, x)))
    #expect(
      excess(run.output, over: Table.forward(Table(x), Table(w)), roundings: roundings(depth: 70))
        <= 1)
    #expect(
      excess(run.dx, over: Table.inputGradient(Table(g), Table(w)), roundings: roundings(depth: 23))
        <= 1)
    #expect(
      excess(
        run.dw, over: Table.weightGradient(Table(g), Table(x)), roundings: roundings(depth: 40))
        <= 1)
    #expect(run.savedBytes == 4 * 40 * 70)
  }

  /// Sums stay float32, so it is the float product of rounded operands, bit for bit.
  @Test func bfloat16RoundsOperandsAlone() throws {
    let (x, w, g) = (rounded(layer.x), rounded(layer.w), rounded(layer.g))
    let run = try layer.run(.bfloat16)
    let exact = try LinearRun(.float32, x, w, g)
    #expect(run.output == exact.output && run.dx == exact.dx && run.dw == exact.dw)
    #expect(run.savedBytes == 2 * 40 * 70)
    let stored = try LinearRun(
      .bfloat16, .float32(layer.x), .bfloat16(layer.w.converted()), layer.g)
    #expect(stored.isIdentical(to: run))
  }

  /// In bfloat16 products of rounded operands are those, within the bound of their sums.
  @Test(arguments: ["float32", "bfloat16", "int8-weight-only", "switchback"])
  func productsInBFloat16StayWithinTheBound(name: String) throws {
    let recipe = try Recipe(named: name)
    let (inFloat, inBrain) = (
      try layer.run(recipe), try layer.run(recipe.with { $0.precision = .bfloat16 })
    )
    let (x, w, g) = (Table(layer.x), Table(layer.w), Table(layer.g))
    let sums = [Table.forward(x, w), Table.inputGradient(g, w), Table.weightGradient(g, x)]
    for (index, depth) in [70, 23, 40].enumerated() {
      let (a, b) = (
        [inFloat.output, inFloat.dx, inFloat.dw][index],
        [inBrain.output, inBrain.dx, inBrain.dw][index]
      )
      // Codes err as much in both; float sums by their own bound beside that of bfloat16.
      let bound =
        Precision.bfloat16.errorBound(depth: depth) + Precision.float32.errorBound(depth: depth)
      for row in 0..<a.shape.rows {
        for column in 0..<a.shape.columns {
          let distance = abs(Double(a[row, column]) - Double(b[row, column]))
          // Magnitudes of what codes stand for exceed those of values by less than an eighth.
          #expect(distance <= 1.125 * bound * sums[index].magnitudes[row, column])
        }
      }
    }
    // Operands of that recipe are bfloat16 already: where a CPU multiplies them as floats, nothing changes.
    if name != "bfloat16" { #expect(inBrain.isIdentical(to: inFloat) == false) }
  }

  /// The nearer of the two neighbours with 8 bits of precision; of two equally near, the even one.
  private func rounded(_ matrix: Matrix<Float>) -> Matrix<Float> {
    matrix.map { _, _, value in
      let down = Float(bitPattern: value.bitPattern & 0xffff_0000)
      let up = Float(bitPattern: (value.bitPattern & 0xffff_0000) + 0x1_0000)
      let (below, above) = (abs(value - down), abs(up - value))
      if below != above { return below < above ? down : up }
      return down.bitPattern >> 16 % 2 == 0 ? down : up
    }
  }
}
