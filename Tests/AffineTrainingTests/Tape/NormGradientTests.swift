import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct NormGradientTests {
  static let shapes = [(1, 2), (3, 7), (5, 16), (4, 19)]

  /// Forward a mean and a mean of squares, each a sum and a division, a root, a reciprocal and five
  /// more; backward two sums again, and one over the rows.
  private func roundings(_ rows: Int, _ columns: Int) -> Int {
    4 * (LayerCheck.roundings(ofSum: columns) + 1) + rows + 16
  }

  /// A gradient of at most 1 times the weight, of which the mean and a multiple of the row are taken
  /// away, all over the row's deviation: of two columns nothing is left.
  private func cancelling(_ x: Matrix<Float>, _ weight: Matrix<Float>) -> Double {
    let largest = Numbers.doubles(weight).reduce(0) { max($0, abs($1)) }
    let values = DoubleMatrix(x)
    let deviations = (0..<values.rows).map { row in
      let row = (0..<values.columns).map { values[row, $0] }
      let mean = row.reduce(0, +) / Double(row.count)
      return (row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)).squareRoot()
    }
    return 3 * largest / (deviations.min() ?? 1)
  }

  @Test(arguments: [1, 2, 3] as [UInt64], shapes)
  func layerNorm(seed: UInt64, shape: (rows: Int, columns: Int)) throws {
    for hasBias in [false, true] {
      let row = { (seed: UInt64) in Numbers.normal(1, shape.columns, seed: seed) }
      let inputs = [Numbers.normal(shape.rows, shape.columns, seed: seed), row(seed + 10)]
      let check = LayerCheck(
        inputs: inputs + (hasBias ? [row(seed + 20)] : []),
        roundings: roundings(shape.rows, shape.columns),
        cancelling: cancelling(inputs[0], inputs[1]),
        definition: {
          DoubleLayers.layerNorm(
            $0[0], weight: $0[1], bias: hasBias ? $0[2] : nil, epsilon: Double(Float(1e-3)))
        },
        layer: {
          try $0.norm(.layer, $1[0], weight: $1[1], bias: hasBias ? $1[2] : nil, epsilon: 1e-3)
        })
      try check(seed: seed)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64], shapes)
  func rootMeanSquareNorm(seed: UInt64, shape: (rows: Int, columns: Int)) throws {
    for hasWeight in [false, true] {
      let inputs = [
        Numbers.normal(shape.rows, shape.columns, seed: seed),
        Numbers.normal(1, shape.columns, seed: seed + 10),
      ]
      let check = LayerCheck(
        inputs: Array(inputs.prefix(hasWeight ? 2 : 1)),
        roundings: roundings(shape.rows, shape.columns),
        definition: {
          DoubleLayers.rootMeanSquareNorm(
            $0[0], weight: hasWeight ? $0[1] : nil, epsilon: Double(Float(1e-5)))
        },
        layer: { try $0.norm(.rms, $1[0], weight: hasWeight ? $1[1] : nil) })
      try check(seed: seed)
    }
  }

  /// Normal numbers are further apart than a step of the differences, so that the smallest and the
  /// largest of a row stay the same ones. Its sums are in `Double`.
  @Test(arguments: [1, 2, 3] as [UInt64], shapes)
  func rangeNorm(seed: UInt64, shape: (rows: Int, columns: Int)) throws {
    for hasBias in [false, true] {
      let row = { (seed: UInt64) in Numbers.normal(1, shape.columns, seed: seed) }
      let inputs = [Numbers.normal(shape.rows, shape.columns, seed: seed), row(seed + 10)]
      let check = LayerCheck(
        inputs: inputs + (hasBias ? [row(seed + 20)] : []), roundings: shape.rows + 12,
        cancelling: cancelling(inputs[0], inputs[1]),
        definition: {
          DoubleLayers.rangeNorm(
            $0[0], weight: $0[1], bias: hasBias ? $0[2] : nil, epsilon: Double(Float(1e-5)))
        },
        layer: { try $0.norm(.range, $1[0], weight: $1[1], bias: hasBias ? $1[2] : nil) })
      try check(seed: seed)
    }
  }
}
