internal import AffineLayers
package import AffineQuant

extension Tape {
  /// `x` and a constant.
  package func shift(_ x: Variable, by constant: Float) -> Variable {
    let values = x.value.floats(on: execution)
    let shifted = Matrix(rows: x.shape.rows, columns: x.shape.columns) {
      values[$0, $1] + constant
    }
    return record(.float32(shifted), from: [x], saving: []) { gradient, _ in [gradient] }
  }

  /// Each row of `x` and one row: a bias. The sum flows on in values.
  ///
  /// - Throws: ``TrainingError/shape(tensor:_:)``.
  package func add(_ x: Variable, row: Variable) throws(TrainingError) -> Variable {
    try checkRow(row, of: x, "a bias")
    let execution = execution
    let sum = Elementwise.addRow(
      x.value.floats(on: execution), row.value.floats(on: execution), on: execution)
    return record(.float32(sum), from: [x, row], saving: []) { gradient, _ in
      let sums = Elementwise.columnSums(gradient.floats(on: execution), on: execution)
      return [gradient, .float32(sums)]
    }
  }

  /// The same values in rows of another length.
  package func reshaped(_ x: Variable, _ shape: Shape) -> Variable {
    let (before, execution) = (x.shape, execution)
    func reshaped(_ matrix: StoredMatrix, _ shape: Shape) -> StoredMatrix {
      .float32(Matrix(validated: shape, matrix.floats(on: execution).values))
    }
    return record(reshaped(x.value, shape), from: [x], saving: []) { gradient, _ in
      [reshaped(gradient, before)]
    }
  }

  /// `cap · tanh(x / cap)`, in values.
  package func cap(_ x: Variable, at cap: Float) -> Variable {
    let execution = execution
    let output = Elementwise.cap(x.value.floats(on: execution), at: cap, on: execution)
    return record(.float32(output), from: [x], saving: [.float32(output)]) { gradient, saved in
      [
        .float32(
          Elementwise.capGradient(
            saved[0].floats(on: execution), at: cap, gradient.floats(on: execution),
            on: execution))
      ]
    }
  }
}
