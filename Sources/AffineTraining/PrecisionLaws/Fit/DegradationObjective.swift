/// Σ weight · Huber(ln(L + δ) − ln loss) over rounded rows, of
/// `[ln C', γD, γN, ln γpost, ln C_w, ln C_a, ln C_c]`: C' at the middle of the rows.
struct DegradationObjective {
  let points: [LawPoint]
  /// Of each point: the loss before rounding and ln N_eff.
  let unrounded, effective: [Double]
  let centre: LawCentre
  let huber: Huber
  /// Which constants move.
  var free: [Int]
  /// Of each cluster of points.
  var weights: [Double]

  static let count = 7

  /// Value and gradient by the free constants, with the others as in `constants`.
  func callAsFunction(
    _ moving: [Double], _ constants: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let constants = merged(moving, into: constants)
    let gamma = constants[3].exponential
    var gradient = [Double](repeating: 0, count: Self.count)
    var sum = 0.0
    for (index, point) in points.enumerated() where weights[point.cluster] > 0 {
      let data = point.tokens - centre.tokens
      let size = effective[index] - centre.parameters
      let distance = (point.postBits - centre.postBits) / gamma
      var logarithm = constants[0] + constants[1] * data - constants[2] * size - distance
      var slopes = [0.0, 0, 0]
      for part in 0..<3 {
        guard let bits = point.bits[part] else { continue }
        let exponent = constants[4 + part].exponential * (bits - point.postBits)
        let rest = (-exponent).exponential
        logarithm += (1 - rest).logarithm
        slopes[part] = rest * exponent / (1 - rest)
      }
      let added = logarithm.exponential
      let loss = unrounded[index] + added
      let (value, slope) = huber((loss / point.loss).logarithm)
      let weight = weights[point.cluster]
      sum += weight * value
      let factor = weight * slope / loss * added
      gradient[0] += factor
      gradient[1] += factor * data
      gradient[2] -= factor * size
      gradient[3] += factor * distance
      for part in 0..<3 { gradient[4 + part] += factor * slopes[part] }
    }
    return (sum.isFinite ? sum : .infinity, free.map { gradient[$0] })
  }

  /// All constants, with the free ones in their places.
  func merged(_ moving: [Double], into constants: [Double]) -> [Double] {
    var constants = constants
    for (place, value) in zip(free, moving) { constants[place] = value }
    return constants
  }

  /// All constants at the least value that one of the starts leads to.
  func minimum(from starts: [[Double]], tolerance: Double) -> [Double]? {
    let ends = starts.compactMap { start in
      QuasiNewton(tolerance: tolerance).minimize(from: free.map { start[$0] }) { self($0, start) }
        .map { (constants: merged($0.point, into: start), value: $0.value) }
    }
    return ends.min { $0.value < $1.value }?.constants
  }
}
