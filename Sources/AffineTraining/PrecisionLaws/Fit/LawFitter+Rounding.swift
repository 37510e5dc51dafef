extension LawFitter {
  /// The constants of rounding after training, for constants of training that are settled: first those
  /// of models that were trained in float, then what training in few bits adds.
  ///
  /// - Parameters:
  ///   - loss: The constants of training.
  ///   - near: Constants to start from; `nil`: the straight line through ln δ, and a grid.
  ///   - weights: Of each run.
  /// - Returns: All constants; `nil` if no start is finite.
  func rounding(_ loss: [Double], _ near: [Double]?, _ weights: [Double]) -> [Double]? {
    let law = LawConstants(loss: loss).law(centre, data, unlimited)
    func objective(_ points: [LawPoint], _ free: [Int]) -> DegradationObjective {
      let effective = points.map { point in
        (0..<3).reduce(point.parameters) { size, part in
          guard let bits = point.bits[part], let factor = law.factors[part] else { return size }
          // Bits that no row was trained in alone may have no factor; ruled out by the objective above.
          return size + max(factor.value(bits), 1e-9).logarithm
        }
      }
      let unrounded = zip(points, effective).map { point, size in
        point.unrounded
          ?? law.parameterScale * (-law.parameterExponent * size).exponential
          + law.tokenScale * (-law.tokenExponent * point.tokens).exponential + law.irreducible
      }
      return DegradationObjective(
        points: points, unrounded: unrounded, effective: effective, centre: centre,
        huber: Huber(width: settings.huber), free: free, weights: weights)
    }
    let tolerance = near == nil ? 1e-12 : 1e-8
    let float = objective(data.rounded.filter(\.isFloat), [0, 1, 2, 3])
    guard
      var constants = float.minimum(from: near.map { [$0] } ?? starts(float), tolerance: tolerance)
    else {
      return nil
    }
    let coded = data.rounded.filter { !$0.isFloat }
    guard !coded.isEmpty else { return constants }
    let free = (0..<3).filter { part in coded.contains { $0.bits[part] != nil } }.map { 4 + $0 }
    var starts = [constants]
    if near == nil {
      starts = [0.1, 0.5, 2].map { constant in
        constants.replacing(4..<7, with: constant.logarithm)
      }
    }
    guard let best = objective(coded, free).minimum(from: starts, tolerance: tolerance) else {
      return nil
    }
    constants = best
    return constants
  }

  /// ln δ is linear in ln D, ln N and bits: least squares over what stands out of the noise, beside
  /// usual values.
  private func starts(_ objective: DegradationObjective) -> [[Double]] {
    var (rows, values): ([[Double]], [Double]) = ([], [])
    for (index, point) in objective.points.enumerated() {
      let added = point.loss - objective.unrounded[index]
      guard added > 2e-3 * point.loss else { continue }
      rows.append([
        1, point.tokens - centre.tokens, centre.parameters - objective.effective[index],
        centre.postBits - point.postBits,
      ])
      values.append(added.logarithm)
    }
    var starts: [[Double]] = []
    for tokens in [0.3, 0.6] {
      for gamma in [0.5, 1] { starts.append([-3, tokens, 0.3, gamma.logarithm, 0, 0, 0]) }
    }
    if let line = LeastSquares.solve(rows, values), line[3] > 0 {
      starts.append([line[0], line[1], line[2], -line[3].logarithm, 0, 0, 0])
    }
    return starts
  }

  /// A range for laws that only the fit itself asks.
  private var unlimited: LawRange {
    LawRange(parameters: PrecisionLaw.counts, tokens: PrecisionLaw.counts)
  }
}

extension [Double] {
  fileprivate func replacing(_ range: Range<Int>, with value: Double) -> [Double] {
    indices.map { range.contains($0) ? value : self[$0] }
  }
}

/// Linear least squares of few unknowns.
enum LeastSquares {
  /// By the normal equations and Cholesky's factors; `nil` if they leave an unknown open.
  static func solve(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    guard let count = rows.first?.count, rows.count >= count else { return nil }
    var lower = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var sums = [Double](repeating: 0, count: count)
    for i in 0..<count {
      sums[i] = zip(rows, values).reduce(0) { $0 + $1.0[i] * $1.1 }
      for j in 0...i {
        var sum = rows.reduce(0) { $0 + $1[i] * $1[j] }
        let whole = sum
        for k in 0..<j { sum -= lower[i][k] * lower[j][k] }
        if i == j {
          guard sum > 1e-12 * whole else { return nil }
          lower[i][i] = sum.squareRoot()
        } else {
          lower[i][j] = sum / lower[j][j]
        }
      }
      for k in 0..<i { sums[i] -= lower[i][k] * sums[k] }
      sums[i] /= lower[i][i]
    }
    for i in (0..<count).reversed() {
      for k in i + 1..<count { sums[i] -= lower[k][i] * sums[k] }
      sums[i] /= lower[i][i]
    }
    return sums
  }
}
