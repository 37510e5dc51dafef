internal import AffineLayers
internal import AffineQuant

extension PrecisionLaw {
  /// Fits a law to rows: Huber's loss of ln loss, L-BFGS from a grid of starts, in stages; intervals by
  /// drawing training runs with replacement, a run with all its rounded rows.
  ///
  /// Parts of ``LawPrecision`` that no row has are left out of the law, and so is rounding. Rounded rows
  /// are compared with the measured loss before rounding where the run has one.
  ///
  /// - Parameters:
  ///   - rows: Measured losses.
  ///   - settings: How to fit.
  /// - Returns: The law with replicates and residuals.
  /// - Throws: ``LawError``: rows that no measurement gives, fewer rows than constants, rows that leave
  ///   constants open.
  public static func fit(
    _ rows: [LawRow], _ settings: LawFitSettings = LawFitSettings()
  ) throws(LawError) -> LawFit {
    let data = try LawData(rows, settings)
    guard let range = LawRange(data.rows) else {
      throw .tooFewRows("a law", found: 0, needed: 4)
    }
    let fitter = LawFitter(data, settings)
    let (constants, starts, agreeing) = try fitter.staged()
    let law = constants.law(fitter.centre, data, range)
    do { try law.validate() } catch { throw .noFit("\(error)") }
    var replicates: [PrecisionLaw] = []
    for replicate in 0..<settings.replicates {
      let key = SplitMix.key(seed: settings.seed, step: UInt64(replicate))
      var weights = [Double](repeating: 0, count: data.clusters)
      for draw in 0..<data.clusters {
        weights[Int(SplitMix.word(key, draw) % UInt64(data.clusters))] += 1
      }
      // A draw without one of the sizes may leave constants open; its search stays near the fit.
      guard let near = fitter.near(constants, weights) else { continue }
      replicates.append(near.law(fitter.centre, data, range))
    }
    return LawFit(
      law: law, replicates: replicates, confidence: settings.confidence,
      residuals: law.residuals(data.rows), excluded: data.excluded, starts: starts,
      agreeing: agreeing)
  }
}

extension LawRow {
  /// Divides rows into those to fit and those to hold out, a training run with all its rows.
  ///
  /// - Parameters:
  ///   - rows: Measured losses.
  ///   - part: The part of the runs to hold out, about.
  ///   - seed: Fixes which; a run's place depends on its own name alone.
  /// - Returns: Both.
  public static func divided(
    _ rows: [LawRow], holdingOut part: Double, seed: UInt64 = 0
  ) -> (fitted: [LawRow], held: [LawRow]) {
    var (fitted, held): ([LawRow], [LawRow]) = ([], [])
    for row in rows {
      var digest = Digest()
      row.key.utf8.forEach { digest.combine($0) }
      let word = SplitMix.word(SplitMix.key(seed: seed, step: digest.value), 0)
      let place = Double(word >> 11) * 0x1p-53
      if place < part { held.append(row) } else { fitted.append(row) }
    }
    return (fitted, held)
  }
}
