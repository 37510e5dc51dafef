/// The stages of a fit: float training, one part at a time, all together, rounding after training.
struct LawFitter {
  let data: LawData
  let centre: LawCentre
  let settings: LawFitSettings

  init(_ data: LawData, _ settings: LawFitSettings) {
    (self.data, self.settings) = (data, settings)
    centre = LawCentre(data.trained + data.rounded)
  }

  /// Every run once.
  var once: [Double] { [Double](repeating: 1, count: data.clusters) }

  private func objective(
    _ points: [LawPoint], _ free: [Int], _ weights: [Double]
  ) -> LossObjective {
    LossObjective(
      points: points, centre: centre, huber: Huber(width: settings.huber),
      isTied: settings.isTied, free: free, weights: weights)
  }

  private var freeOfFloat: [Int] { settings.isTied ? [0, 1, 2, 3] : [0, 1, 2, 3, 4] }

  private func free(ofPart part: Int) -> [Int] {
    [LossObjective.place(ofPart: part), LossObjective.place(ofPart: part) + 1]
  }

  /// All stages.
  ///
  /// - Returns: The constants, how many starts of the first stage there were, and how many of them
  ///   led to the best.
  /// - Throws: ``LawError/noFit(_:)``.
  func staged() throws(LawError) -> (constants: LawConstants, starts: Int, agreeing: Int) {
    let float = data.trained.filter(\.isFloat)
    let starts = starts(float)
    guard let first = objective(float, freeOfFloat, once).minimum(from: starts) else {
      throw .noFit("float training has no finite start")
    }
    var constants = first.constants
    for part in data.parts {
      let alone = data.trained.filter { point in
        (0..<3).allSatisfy { (point.bits[$0] != nil) == ($0 == part) }
      }
      let place = LossObjective.place(ofPart: part)
      let starts = [0.5, 1, 2, 4].flatMap { gamma in
        [0.02, 0.1, 0.3].map { lost in
          var start = constants
          (start[place], start[place + 1]) = (lost.logarithm, gamma.logarithm)
          return start
        }
      }
      // Where no run has this part alone, those with others begin together.
      let rows = alone.isEmpty ? data.trained.filter { $0.bits[part] != nil } : alone
      guard let best = objective(rows, free(ofPart: part), once).minimum(from: starts) else {
        throw .noFit("\(LawPrecision.float.named[part].name) leave no start with a model")
      }
      constants = best.constants
    }
    guard let all = polished(constants, once) else { throw .noFit("no start is finite") }
    var result = LawConstants(loss: all)
    if !data.rounded.isEmpty {
      guard let post = rounding(all, nil, once) else {
        throw .noFit("rounding after training has no finite start")
      }
      result.post = post
    }
    return (result, starts.count, first.count)
  }

  /// The same with runs weighed otherwise, from constants that are near; to a hundred-millionth, far
  /// below what draws of runs differ by.
  func near(_ constants: LawConstants, _ weights: [Double]) -> LawConstants? {
    var start = constants.loss
    // At a floor of nothing, nothing says that one is missing: draws start with a twentieth.
    let least = data.trained.map(\.loss).min() ?? 1
    start[2] = max(start[2], (least / 20).logarithm)
    guard let loss = polished(start, weights, tolerance: 1e-8) else { return nil }
    guard let post = constants.post else { return LawConstants(loss: loss) }
    return rounding(loss, post, weights).map { LawConstants(loss: loss, post: $0) }
  }

  private func polished(
    _ constants: [Double], _ weights: [Double], tolerance: Double = 1e-12
  ) -> [Double]? {
    let moving = freeOfFloat + data.parts.flatMap { free(ofPart: $0) }
    return objective(data.trained, moving, weights).minimum(
      from: [constants], tolerance: tolerance)?
      .constants
  }

  /// Places from which one leads down to the best, as a rule.
  private func starts(_ points: [LawPoint]) -> [[Double]] {
    let losses = points.map(\.loss)
    let (least, mean) = (losses.min() ?? 1, losses.reduce(0, +) / Double(max(losses.count, 1)))
    let exponents = [0.15, 0.4, 0.8]
    let grid = [0.3, 0.6, 0.9].flatMap { floor in
      exponents.flatMap { alpha in
        (settings.isTied ? [alpha] : exponents).map {
          LawFitSettings.Start(floor: floor, alpha: alpha, beta: $0)
        }
      }
    }
    return (settings.start.map { [$0] } ?? grid).map { start in
      // What is above the floor is shared evenly.
      let half = ((mean - start.floor * least) / 2).logarithm
      return [
        half, half, (start.floor * least).logarithm, start.alpha.logarithm, start.beta.logarithm,
      ] + [Double](repeating: 0, count: LossObjective.count - 5)
    }
  }
}
