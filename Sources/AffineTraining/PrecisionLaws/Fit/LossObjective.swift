/// Σ weight · Huber(ln L − ln loss) over rows without rounding, of
/// `[ln A', ln B', ln E, ln α, ln β] + [q, ln γ]` for each part: A' and B' at the middle of the rows,
/// q = n − P'/γ at the middle of the bits. With tied exponents ln β is that of α.
struct LossObjective {
  let points: [LawPoint]
  let centre: LawCentre
  let huber: Huber
  let isTied: Bool
  /// Which constants move.
  var free: [Int]
  /// Of each cluster of points.
  var weights: [Double]

  static let count = 11

  /// Where the two constants of a part stand.
  static func place(ofPart part: Int) -> Int { 5 + 2 * part }

  /// Value and gradient by the free constants, with the others as in `constants`.
  func callAsFunction(
    _ moving: [Double], _ constants: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let constants = merged(moving, into: constants)
    let (alpha, beta) = (constants[3].exponential, constants[4].exponential)
    let floor = constants[2].exponential
    let gammas = (0..<3).map { constants[Self.place(ofPart: $0) + 1].exponential }
    var gradient = [Double](repeating: 0, count: Self.count)
    var sum = 0.0
    for point in points where weights[point.cluster] > 0 {
      var size = point.parameters - centre.parameters
      // The derivatives of ln f by q and by ln γ.
      var slopes = [(q: Double, gamma: Double)](repeating: (0, 0), count: 3)
      for part in 0..<3 {
        guard let bits = point.bits[part] else { continue }
        let distance = (bits - centre.bits[part]) / gammas[part]
        let lost = (constants[Self.place(ofPart: part)] - distance).exponential
        guard lost < 1 else { return (.infinity, []) }
        size += (1 - lost).logarithm
        slopes[part] = (-lost / (1 - lost), -lost * distance / (1 - lost))
      }
      let data = point.tokens - centre.tokens
      let (first, second) = (
        (constants[0] - alpha * size).exponential, (constants[1] - beta * data).exponential
      )
      let loss = first + second + floor
      let (value, slope) = huber((loss / point.loss).logarithm)
      let weight = weights[point.cluster]
      sum += weight * value
      let factor = weight * slope / loss
      gradient[0] += factor * first
      gradient[1] += factor * second
      gradient[2] += factor * floor
      gradient[3] -= factor * first * alpha * size
      gradient[isTied ? 3 : 4] -= factor * second * beta * data
      for part in 0..<3 {
        gradient[Self.place(ofPart: part)] -= factor * alpha * first * slopes[part].q
        gradient[Self.place(ofPart: part) + 1] -= factor * alpha * first * slopes[part].gamma
      }
    }
    return (sum.isFinite ? sum : .infinity, free.map { gradient[$0] })
  }

  /// All constants, with the free ones in their places.
  func merged(_ moving: [Double], into constants: [Double]) -> [Double] {
    var constants = constants
    for (place, value) in zip(free, moving) { constants[place] = value }
    if isTied { constants[4] = constants[3] }
    return constants
  }

  /// The best of several starts.
  ///
  /// - Parameters:
  ///   - starts: All constants of each.
  ///   - tolerance: Where a search ends.
  /// - Returns: All constants at the least value, and how many starts came as low (to a millionth).
  func minimum(
    from starts: [[Double]], tolerance: Double = 1e-12
  ) -> (constants: [Double], value: Double, count: Int)? {
    let ends = starts.compactMap { start in
      QuasiNewton(tolerance: tolerance).minimize(from: free.map { start[$0] }) { self($0, start) }
        .map { (constants: merged($0.point, into: start), value: $0.value) }
    }
    guard let best = ends.min(by: { $0.value < $1.value }) else { return nil }
    let close = ends.count { $0.value <= best.value * (1 + 1e-6) + 1e-9 }
    return (best.constants, best.value, close)
  }
}
