import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// A layer on the tape beside its definition: values and the gradients by every input.
struct LayerCheck {
  /// What the layer gets.
  let inputs: [Matrix<Float>]
  /// The roundings of `Float` that follow each other on the longest way through values or gradients.
  ///
  /// Each moves what comes out by at most 2⁻²⁴ of the magnitudes that add up to it. For a value these
  /// are itself and what relative errors of the inputs make of it; for a gradient, in which a norm or
  /// a softmax cancels what others add, those of the element of its matrix that has most.
  let roundings: Int
  /// What the gradient by the first input adds up and takes away again before slopes show it.
  var cancelling = 0.0
  /// The layer in `Double`.
  let definition: ([DoubleMatrix]) -> DoubleMatrix
  /// The layer.
  let layer: (Tape, [Variable]) throws -> Variable

  /// Roundings of a sum in 16 parts, and one more to divide it.
  static func roundings(ofSum count: Int) -> Int { (count + 15) / 16 + 5 }

  func callAsFunction(
    seed: UInt64, at location: SourceLocation = #_sourceLocation
  ) throws {
    let points = inputs.map { DoubleMatrix($0) }
    let expected = definition(points).values
    let differences = points.indices.map { index in
      DoubleSlopes(at: points[index]) { moved in
        var all = points
        all[index] = moved
        return definition(all).values
      }
    }
    let tape = Tape(seed: seed)
    let variables = inputs.map { tape.input(.float32($0)) }
    let result = try layer(tape, variables)
    var magnitudes = expected.map(abs)
    for (point, slopes) in zip(points, differences) {
      let conditions = slopes.conditions(at: point, outputs: expected.count)
      magnitudes = zip(magnitudes, conditions).map { $0 + $1 }
    }
    compare("value", result.value.floats(), expected, magnitudes, location)
    let arriving = Numbers.uniform(result.shape.rows, result.shape.columns, seed: ~seed)
    let gradients = try tape.gradients(of: result, arriving)
    for (index, slopes) in differences.enumerated() {
      let weights = Numbers.doubles(arriving)
      let found = try #require(gradients[variables[index]], sourceLocation: location)
      let largest = max(slopes.largestMagnitude(weights), index == 0 ? cancelling : 0)
      let magnitudes = [Double](repeating: largest, count: found.shape.count)
      compare("gradient \(index)", found, slopes.gradient(weights), magnitudes, location)
    }
  }

  private func compare(
    _ what: String, _ found: Matrix<Float>, _ expected: [Double], _ magnitudes: [Double],
    _ location: SourceLocation
  ) {
    let tolerance = Tolerance.dot(roundings: roundings)
    let values = found.values.array
    #expect(values.count == expected.count, sourceLocation: location)
    let wrong = zip(values.indices, zip(expected, magnitudes)).first { index, pair in
      !tolerance.accepts(values[index], pair.0, magnitude: pair.1)
    }
    guard let (index, pair) = wrong else { return }
    let bound = tolerance.bound(pair.0, magnitude: pair.1)
    Issue.record(
      "\(what) \(index) is \(values[index]), not \(pair.0) within \(bound)",
      sourceLocation: location)
  }
}
