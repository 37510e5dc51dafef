import AffineBench
import AffineFormats
import AffineTraining

/// What `affine laws fit` prints.
struct LawsFitReport: Encodable {
  struct Residual: Encodable {
    let row: LawRow
    let predicted, error: Double
    let isHeldOut: Bool
  }

  /// How well the law does on some rows.
  struct Quality: Encodable {
    let rows: Int
    @Nullable var meanAbsoluteError: Double?
    @Nullable var largestError: Double?
    @Nullable var explainedVariance: Double?

    init(_ residuals: [LawResidual]) {
      rows = residuals.count
      meanAbsoluteError = residuals.meanAbsoluteError
      largestError = residuals.largestError
      explainedVariance = residuals.explainedVariance
    }
  }

  let constants: [String: LawFit.Interval]
  /// What follows from the constants and is known better than they are.
  let functions: [String: LawFit.Interval]
  let law: PrecisionLaw
  let fitted, fittedRounded, heldOut, heldOutRounded: Quality
  let confidence: Double
  let replicates, starts, agreeing: Int
  /// Rows that are not fitted, by reason, and rows whose bits stand for full precision; counted from 1.
  let excluded: [LawsFitNotes.Note]
  let countedAsFull: [Int]
  let residuals: [Residual]

  private let notes: [String]

  private enum CodingKeys: CodingKey {
    case constants, functions, law, fitted, fittedRounded, heldOut, heldOutRounded, confidence
    case replicates, starts, agreeing, excluded, countedAsFull, residuals
  }

  init(_ fit: LawFit, heldOut rows: [LawRow], _ notes: LawsFitNotes) {
    let held = fit.law.residuals(rows)
    constants = Dictionary(uniqueKeysWithValues: fit.constants.map { ($0.name, $0.interval) })
    functions = Dictionary(uniqueKeysWithValues: Self.functions(fit))
    (law, confidence, replicates) = (fit.law, fit.confidence, fit.replicates.count)
    (starts, agreeing) = (fit.starts, fit.agreeing)
    (excluded, countedAsFull, self.notes) = (notes.excluded, notes.full, notes.lines)
    fitted = Quality(fit.residuals.filter { $0.row.postBits == nil })
    fittedRounded = Quality(fit.residuals.filter { $0.row.postBits != nil })
    heldOut = Quality(held.filter { $0.row.postBits == nil })
    heldOutRounded = Quality(held.filter { $0.row.postBits != nil })
    residuals = [(fit.residuals, false), (held, true)].flatMap { residuals, isHeldOut in
      residuals.map {
        Residual(row: $0.row, predicted: $0.predicted, error: $0.error, isHeldOut: isHeldOut)
      }
    }
  }

  private static func functions(_ fit: LawFit) -> [(String, LawFit.Interval)] {
    let parts: [(String, (Double) -> LawPrecision, ClosedRange<Double>?)] = [
      ("Weights", { LawPrecision(weightBits: $0) }, fit.law.range.weightBits),
      ("Activations", { LawPrecision(activationBits: $0) }, fit.law.range.activationBits),
      ("Cache", { LawPrecision(cacheBits: $0) }, fit.law.range.cacheBits),
    ]
    var functions: [(String, LawFit.Interval)] = []
    for (name, precision, range) in parts {
      guard let range else { continue }
      for bits in 2...16 where range.contains(Double(bits)) {
        let interval = fit.interval { try? $0.factor(precision(Double(bits))) }
        if let interval { functions.append(("factor\(name)\(bits)", interval)) }
      }
    }
    if let optimum = fit.interval(\.optimalBits) { functions.append(("optimalBits", optimum)) }
    return functions
  }

  /// Constants, what follows, and how well it fits.
  func text(_ fit: LawFit) -> String {
    var table = TextTable(["constant", "value", "low", "high"])
    for (name, interval) in fit.constants + Self.functions(fit) {
      table.rows.append([
        name, interval.value.digits, interval.low?.digits ?? "", interval.high?.digits ?? "",
      ])
    }
    var quality = TextTable(["rows", "count", "mean error", "largest", "variance explained"])
    for (name, part) in [
      ("fitted", fitted), ("fitted, rounded", fittedRounded), ("held out", heldOut),
      ("held out, rounded", heldOutRounded),
    ] where part.rows > 0 {
      quality.rows.append([
        name, "\(part.rows)", (part.meanAbsoluteError ?? 0).percentDigits,
        (part.largestError ?? 0).percentDigits, part.explainedVariance?.digits ?? "",
      ])
    }
    let head =
      "\(law.source.escapingControls); intervals hold \(confidence.percent) of \(replicates) draws of runs; "
      + "\(agreeing) of \(starts) starts end at the same law"
    return ([head, "", table.plain, "", quality.plain] + (notes.isEmpty ? [] : [""] + notes))
      .joined(separator: "\n")
  }
}

extension Double {
  /// Four significant digits.
  var digits: String { isFinite ? significant(4) : "-" }

  /// A part of one as a percentage with two decimals.
  var percentDigits: String { (100 * self).fixed(2) + " %" }
}
