import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

@Suite struct GPTQTests {
  /// Each rounding error e costs e² · H_ii of the output's energy where it stays, and e² / U_ii² where the
  /// columns after it make up for it: 1 / U_ii² is what of column i of the inputs those do not explain, a
  /// pivot of H. With steps of one size the errors stand as √(Σ pivots / Σ H_ii).
  ///
  /// Steps are not quite of one size: corrections widen the ranges of later groups, and what they push out of
  /// a range is clipped. A tenth is left for that, and for 64 · 128 errors, whose mean square is known to
  /// 1 / √(64 · 128) · 0.9 = 1 %.
  @Test(arguments: ["uint4-group64", "uint3-group64"])
  func errsLessThanRoundingByThePivots(type: String) throws {
    let weight = CalibrationSamples.studentT(64, 128, seed: 1)
    let inputs = CalibrationSamples.decaying(1024, 128, seed: 2)
    let fresh = CalibrationSamples.decaying(128, 128, seed: 3)
    var left = Elimination.products(inputs)
    let diagonal = left.indices.reduce(0.0) { $0 + left[$1][$1] }
    for index in left.indices { left[index][index] += 0.01 * diagonal / 128 }
    // Column i is explained by those after it: they are eliminated from the last on.
    var pivots = 0.0
    for last in left.indices.reversed() {
      let pivot = left[last][last]
      pivots += pivot
      for row in 0..<last {
        for column in 0..<last { left[row][column] -= left[row][last] * left[last][column] / pivot }
      }
    }
    let ratio = (pivots / diagonal).squareRoot()
    let group = try CalibrationSamples.group(weight, type, inputs)
    let rounded = CalibrationSamples.values(try RoundToNearest().quantize(group, on: .threads(2)))
    let corrected = CalibrationSamples.values(try GPTQ().quantize(group, on: .threads(2)))
    let found =
      CalibrationSamples.outputError(inputs, weight, corrected)
      / CalibrationSamples.outputError(inputs, weight, rounded)
    print("\(type): \(found) of rounding's error, \(ratio) by the pivots")
    #expect(ratio < 0.8 && abs(found / ratio - 1) <= 0.1)
    // 1024 inputs tell what 128 columns explain but for 128 / 1024 of the energy.
    let unseen =
      CalibrationSamples.outputError(fresh, weight, corrected)
      / CalibrationSamples.outputError(fresh, weight, rounded)
    #expect(unseen <= ratio * 1.1 * (1 + 128.0 / 1024), "\(unseen)")
  }

  /// Columns that have nothing to do with each other cannot make up for each other's errors.
  @Test(arguments: [
    "int4-group32", "uint4-group32", "uint4-group32-biased", "int4-group32-biased", "int8-row",
    "uint4-group32-biased-float16", "int3-row", "float4e2m1-group32-e8m0", "uint4-group64-nf4",
  ])
  func isRoundingForEqualIndependentInputs(type: String) throws {
    let weight = CalibrationSamples.studentT(9, 96, seed: 4)
    let inputs = Matrix<Float>(rows: 96, columns: 96) { $0 == $1 ? 3 : 0 }
    let group = try CalibrationSamples.group(weight, type, inputs)
    var method = GPTQ()
    for ordersByActivity in [false, true] {
      method.ordersByActivity = ordersByActivity
      let corrected = try method.quantize(group, on: .threads(2))
      let rounded = try RoundToNearest().quantize(group, on: .threads(1))
      #expect(corrected.weights == rounded.weights)
    }
  }

  /// Blocks only put off what is subtracted: other sums, so other roundings, but no other error beyond 1e-5.
  @Test(arguments: ["int4-row", "uint4-group48", "int4-group32"])
  func blocksChangeNothing(type: String) throws {
    let weight = CalibrationSamples.studentT(16, 144, seed: 5)
    let inputs = CalibrationSamples.decaying(512, 144, seed: 6)
    let group = try CalibrationSamples.group(weight, type, inputs)
    let errors = try [1, 32, 128].map { columns in
      var method = GPTQ()
      method.blockColumns = columns
      let values = CalibrationSamples.values(try method.quantize(group, on: .threads(2)))
      return CalibrationSamples.outputError(inputs, weight, values)
    }
    for error in errors { #expect(abs(error - errors[0]) <= 1e-5 * errors[0], "\(errors)") }
  }

  /// The definition in Double, column by column, with the inverse of H by elimination.
  @Test func followsTheDefinition() throws {
    let weight = CalibrationSamples.studentT(5, 40, seed: 7)
    let inputs = CalibrationSamples.decaying(200, 40, seed: 8)
    let type = try #require(QuantizedType(name: "int4-row"))
    let group = try CalibrationSamples.group(weight, type.name, inputs)
    let quantized = try #require(try GPTQ().quantize(group, on: .threads(1)).weights[0])
    var hessian = Elimination.products(inputs)
    let mean = (0..<40).reduce(0.0) { $0 + hessian[$1][$1] } / 40
    for index in 0..<40 { hessian[index][index] += 0.01 * mean }
    var differing = 0
    for row in 0..<5 {
      var values = (0..<40).map { Double(weight[row, $0]) }
      let scale = Double(quantized.scales[row, 0])
      for column in 0..<40 {
        let code = min(max((values[column] / scale).rounded(.toNearestOrEven), -8), 7)
        if Int(quantized.codes[row * 40 + column]) != Int(code) { differing += 1 }
        // The least-squares answer of the columns that are left to one that is fixed: row `column` of
        // the inverse of what is left of H.
        let left = Array(column..<40)
        let inverse = Elimination.inverse(left.map { i in left.map { hessian[i][$0] } })
        let error = (values[column] - code * scale) / inverse[0][0]
        for (place, index) in left.enumerated() { values[index] -= error * inverse[0][place] }
      }
    }
    #expect(differing == 0)
  }

  @Test(arguments: [false, true])
  func fewerInputsThanColumnsGiveFiniteWeights(ordersByActivity: Bool) throws {
    let weight = CalibrationSamples.studentT(8, 96, seed: 9)
    let inputs = CalibrationSamples.normal(7, 96, seed: 10)
    let group = try CalibrationSamples.group(weight, "int4-group32", inputs)
    var method = GPTQ()
    method.ordersByActivity = ordersByActivity
    let values = CalibrationSamples.values(try method.quantize(group, on: .threads(2)))
    #expect(values.values.array.contains { !$0.isFinite } == false)
    // Without damping there is no factor; it is raised until there is.
    method.damping = 0
    let undamped = CalibrationSamples.values(try method.quantize(group, on: .threads(2)))
    #expect(undamped.values.array.contains { !$0.isFinite } == false)
  }

  @Test func columnsWithoutInputsBecomeZero() throws {
    let weight = CalibrationSamples.studentT(8, 64, seed: 11)
    let draws = CalibrationSamples.normal(100, 64, seed: 12)
    let inputs = Matrix<Float>(rows: 100, columns: 64) { $1 == 5 || $1 == 40 ? 0 : draws[$0, $1] }
    let group = try CalibrationSamples.group(weight, "int4-group32", inputs)
    let values = CalibrationSamples.values(try GPTQ().quantize(group, on: .threads(1)))
    for row in 0..<8 {
      #expect(values[row, 5] == 0 && values[row, 40] == 0)
      #expect(values[row, 6] != 0 || values[row, 7] != 0)
    }
  }

  @Test func refusesWhatItCannotDo() throws {
    let weight = CalibrationSamples.studentT(8, 64, seed: 13)
    let method = GPTQ()
    #expect(throws: CalibrationError.noInputs(layer: "layer", method: "gptq")) {
      try method.quantize(CalibrationSamples.group(weight, "int4-row"), on: .standard)
    }
    let inputs = CalibrationSamples.normal(64, 64, seed: 14)
    #expect(throws: CalibrationError.self) {
      try method.quantize(CalibrationSamples.group(weight, "int8-tensor", inputs), on: .standard)
    }
    #expect(throws: CalibrationError.inputsNotFinite(column: 3)) {
      try CalibrationSamples.statistics(
        Matrix(rows: 2, columns: 8) { $1 == 3 ? .nan : 1 })
    }
    #expect(throws: CalibrationError.inputsNotFinite(column: 2)) {
      try CalibrationSamples.statistics(Matrix(rows: 2, columns: 8) { $1 == 2 ? 1e30 : 1 })
    }
    let holed = Matrix<Float>(rows: 8, columns: 64) { $1 == 9 && $0 == 2 ? .nan : weight[$0, $1] }
    #expect(throws: CalibrationError.self) {
      try method.quantize(CalibrationSamples.group(holed, "int4-row", inputs), on: .standard)
    }
  }
}

/// Linear algebra in Double by elimination: what the library's factors are compared with.
enum Elimination {
  /// Σ x · xᵀ.
  static func products(_ inputs: Matrix<Float>) -> [[Double]] {
    let count = inputs.shape.columns
    return (0..<count).map { i in
      (0..<count).map { j in
        (0..<inputs.shape.rows).reduce(0.0) {
          $0 + Double(inputs[$1, i]) * Double(inputs[$1, j])
        }
      }
    }
  }

  /// The inverse of a positive definite matrix (Gauss and Jordan).
  static func inverse(_ matrix: [[Double]]) -> [[Double]] {
    let count = matrix.count
    var rows = matrix.enumerated().map { index, row in
      row + (0..<count).map { $0 == index ? 1.0 : 0.0 }
    }
    for pivot in 0..<count {
      let scale = rows[pivot][pivot]
      for index in rows[pivot].indices { rows[pivot][index] /= scale }
      for row in 0..<count where row != pivot {
        let factor = rows[row][pivot]
        for index in rows[row].indices { rows[row][index] -= factor * rows[pivot][index] }
      }
    }
    return rows.map { Array($0[count...]) }
  }
}
