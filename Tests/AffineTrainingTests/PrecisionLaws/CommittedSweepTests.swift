import AffineTraining
import Foundation
import Testing

/// The sweep that the documentation shows, from the table beside the benchmarks.
@Suite struct CommittedSweepTests {
  private static let text = Result {
    let file = URL(filePath: persuasion).deletingLastPathComponent()
      .appending(path: "../../Benchmarks/Laws/rows.csv")
    return try String(contentsOf: file, encoding: .utf8)
  }
  private static let rows = Result { try LawRow.read(csv: text.get()) }

  /// As in the article.
  private static var settings: LawFitSettings {
    var settings = LawFitSettings()
    (settings.isTied, settings.huber, settings.replicates) = (false, 0.02, 0)
    settings.leastBits = LawPrecision(activationBits: 4, cacheBits: 4)
    return settings
  }

  /// What is read and written again is the file, to the last digit.
  @Test func itIsReadWhole() throws {
    let rows = try Self.rows.get()
    #expect(try LawRow.csv(rows) == Self.text.get())
    #expect(Set(rows.map(\.run)).count == 290)
    #expect(rows.count == 1864)
  }

  /// Runs that the fit has not seen, before and after rounding, in ten splits: the median of the mean errors
  /// stays below 2 %, and no split comes to 3 %.
  @Test func runsThatAreHeldOutArePredicted() throws {
    let rows = try Self.rows.get()
    var errors: [Bool: [Double]] = [:]
    for seed in 0..<10 as Range<UInt64> {
      let (fitted, held) = LawRow.divided(rows, holdingOut: 0.2, seed: seed)
      let fit = try PrecisionLaw.fit(fitted, Self.settings)
      let rest = held.filter { Self.settings.reason(against: $0) == nil }
      for isRounded in [false, true] {
        let residuals = fit.law.residuals(rest.filter { ($0.postBits != nil) == isRounded })
        #expect(residuals.count >= 30)
        errors[isRounded, default: []].append(try #require(residuals.meanAbsoluteError))
      }
    }
    for (isRounded, found) in errors {
      let sorted = found.sorted()
      print("held out, \(isRounded ? "rounded" : "as trained"): \(sorted)")
      #expect(sorted[5] < 0.02 && sorted[9] < 0.03)
    }
  }

  /// At 3 and 4 bits every model gets worse with every doubling of its training, as the law has it.
  @Test(arguments: [3, 4] as [Double]) func roundingHarmsMoreAfterMoreTokens(bits: Double) throws {
    let rows = try Self.rows.get()
    let law = try PrecisionLaw.fit(rows, Self.settings).law
    let float = rows.filter { $0.precision == .float }
    var added: [String: [(measured: Double, predicted: Double)]] = [:]
    for row in float where row.postBits == bits {
      let before = try #require(float.first { $0.run == row.run && $0.postBits == nil })
      let seed = try #require(row.run?.split(separator: "-").last)
      let predicted = try law.predict(
        parameters: row.parameters, tokens: row.tokens, postBits: bits
      ).degradation
      added["\(row.parameters) \(seed)", default: []].append((row.loss - before.loss, predicted))
    }
    #expect(added.count == 10)
    for (model, harms) in added {
      let predicted = harms.sorted { $0.measured < $1.measured }.map(\.predicted)
      #expect(Set(predicted).count == 5 && predicted == predicted.sorted(), "\(model)")
    }
  }
}
