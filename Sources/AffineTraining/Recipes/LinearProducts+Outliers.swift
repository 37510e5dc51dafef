internal import AffineLayers
internal import AffineQuant

extension LinearProducts {
  /// `X · Wᵀ` with the columns that have outliers in float and the rest in codes.
  func forward(
    _ input: StoredMatrix, _ weight: StoredMatrix, _ right: ErasedOperand,
    outliersFrom threshold: Float
  ) throws(QuantizationError) -> Matrix<Float> {
    let values = input.floats(on: execution)
    let outliers = OutlierColumns(in: values, threshold: threshold, on: execution)
    return try outliers.linear(values, on: execution) { (rest) throws(QuantizationError) in
      try product(.linear, try operand(.float32(rest), recipe.forward.left, .columns), right)
    } weights: { () throws(QuantizationError) in
      try shaped { () throws(ShapeError) in
        try outliers.gathered(from: weight.floats(on: execution), on: execution)
      }
    }
  }

  /// `Gᵀ · X` likewise: the outliers' columns of the result are float.
  func weightGradient(
    _ gradient: StoredMatrix, _ input: StoredMatrix, outliersFrom threshold: Float
  ) throws(QuantizationError) -> Matrix<Float> {
    let plan = recipe.weightGradient
    let values = input.floats(on: execution)
    let outliers = OutlierColumns(in: values, threshold: threshold, on: execution)
    let rest = try shaped { () throws(ShapeError) in try outliers.zeroed(in: values, on: execution)
    }
    let result = try product(
      .weightGradient, try operand(gradient, plan.left, .rows),
      try operand(.float32(rest), plan.right, .rows))
    guard !outliers.columns.isEmpty else { return result }
    return try shaped { () throws(ShapeError) in
      let exact = try AffineQuant.weightGradient(
        gradient.floats(on: execution), outliers.gathered(from: values, on: execution),
        on: execution)
      return try outliers.placed(exact, in: result, on: execution)
    }
  }
}
