import AffineLayers
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Laws that are known, found again from rows.
@Suite struct LawFitTests {
  private static let law = SyntheticRows.law

  private static func settings(replicates: Int = 0) -> LawFitSettings {
    var settings = LawFitSettings()
    settings.replicates = replicates
    return settings
  }

  /// Without noise every constant comes back, from most starts.
  @Test func constantsComeBack() throws {
    let rows = try SyntheticRows.rows()
    var random = SplitMix64(seed: 5)
    var found = 0
    for _ in 0..<10 {
      var settings = Self.settings()
      let alpha = Double.random(in: 0.1...1, using: &random)
      settings.start = .init(
        floor: .random(in: 0.1...0.95, using: &random), alpha: alpha, beta: alpha)
      let fit = try PrecisionLaw.fit(rows, settings)
      let errors = zip(fit.law.constants, Self.law.constants).map { abs($0.value / $1.value - 1) }
      #expect(errors.count == Self.law.constants.count)
      if errors.allSatisfy({ $0 <= 1e-3 }) { found += 1 }
    }
    #expect(found >= 8)
  }

  /// α and β that differ are told apart when both are fitted.
  @Test func freeExponentsComeBack() throws {
    var law = Self.law
    (law.parameterExponent, law.parameterScale) = (0.34, 406)
    let rows = try SyntheticRows.rows(isRounded: false).map { row in
      var row = row
      row.loss = try law.predict(
        parameters: row.parameters, tokens: row.tokens, precision: row.precision
      ).loss
      return row
    }
    var settings = Self.settings()
    settings.isTied = false
    let fit = try PrecisionLaw.fit(rows, settings)
    #expect(abs(fit.law.parameterExponent / 0.34 - 1) <= 1e-3)
    #expect(abs(fit.law.tokenExponent / 0.4965 - 1) <= 1e-3)
    #expect(fit.law.degradation == nil)
  }

  /// Noise of 0.5 % of a run's loss, some 0.016 nats, and of what rounding adds. What is identifiable
  /// comes back within 5 %: losses, factors, the optimum, α, E and all that says how rounding depends
  /// on size, tokens and bits. A and B do not: they stand for a loss at 1 parameter and 1 token, e¹⁸ and
  /// e²² away from the rows, so that A changes by 9 % for 1 % of α; γ and n trade off.
  @Test(arguments: 0..<4 as Range<UInt64>) func halfAPercentOfNoise(seed: UInt64) throws {
    let rows = try SyntheticRows.rows(runNoise: 0.005, seed: seed)
    let fit = try PrecisionLaw.fit(rows, Self.settings())
    for row in rows {
      func loss(_ law: PrecisionLaw) throws -> Double {
        try law.predict(
          parameters: row.parameters, tokens: row.tokens, precision: row.precision,
          postBits: row.postBits
        ).loss
      }
      let (found, truth) = (try loss(fit.law), try loss(Self.law))
      #expect(abs(found / truth - 1) <= 0.05)
    }
    for bits in [5, 6, 8] as [Double] {
      let found = try fit.law.factor(LawPrecision(bits))
      #expect(abs(found / (try Self.law.factor(LawPrecision(bits))) - 1) <= 0.05)
    }
    #expect(abs(try #require(fit.law.optimalBits) / 7 - 1) <= 0.05)
    #expect(abs(fit.law.parameterExponent / 0.4965 - 1) <= 0.05)
    #expect(abs(fit.law.irreducible / 2.7648 - 1) <= 0.05)
    let (post, truth) = (try #require(fit.law.degradation), try #require(Self.law.degradation))
    #expect(abs(post.tokenExponent / truth.tokenExponent - 1) <= 0.05)
    #expect(abs(post.parameterExponent / truth.parameterExponent - 1) <= 0.05)
    #expect(abs(post.gamma / truth.gamma - 1) <= 0.05)
  }

  /// Twenty draws of noise of 0.005 nats: functions within their bounds in each, and the truth inside
  /// the interval in most.
  @Test func intervalsHoldTheTruth() throws {
    var (inside, asked) = ([String: Int](), 0)
    for seed in 0..<20 as Range<UInt64> {
      let rows = try SyntheticRows.rows(noise: 0.005, seed: 100 + seed)
      let fit = try PrecisionLaw.fit(rows, Self.settings(replicates: 60))
      let squares = rows.map { row -> Double in
        let found =
          (try? fit.law.predict(
            parameters: row.parameters, tokens: row.tokens, precision: row.precision,
            postBits: row.postBits
          ).loss) ?? .infinity
        let truth =
          (try? Self.law.predict(
            parameters: row.parameters, tokens: row.tokens, precision: row.precision,
            postBits: row.postBits
          ).loss) ?? 0
        return (found - truth) * (found - truth)
      }
      #expect((squares.reduce(0, +) / Double(squares.count)).squareRoot() <= 0.005)
      for bits in [4, 5, 6, 8, 12] as [Double] {
        for precision in [
          LawPrecision(weightBits: bits), LawPrecision(activationBits: bits),
          LawPrecision(cacheBits: bits),
        ] {
          #expect(abs(try fit.law.factor(precision) - Self.law.factor(precision)) <= 0.03)
        }
      }
      let post = try #require(fit.law.degradation)
      let truth = try #require(Self.law.degradation)
      #expect(abs(try #require(fit.law.optimalBits) - 7) <= 0.5)
      #expect(abs(post.tokenExponent / truth.tokenExponent - 1) <= 0.1)
      #expect(abs(post.parameterExponent / truth.parameterExponent - 1) <= 0.1)
      #expect(abs(post.gamma / truth.gamma - 1) <= 0.1)
      // C alone is δ at 1 parameter and 1 token; in the middle of the rows it is known.
      func middle(_ law: PrecisionLaw) -> Double? {
        try? law.predict(parameters: 90e6, tokens: 6e9, postBits: 4).degradation
      }
      let added = (try #require(middle(fit.law)), try #require(middle(Self.law)))
      #expect(abs(added.0 / added.1 - 1) <= 0.1)
      asked += 1
      let functions: [(String, (PrecisionLaw) -> Double?)] = [
        ("alpha", \.parameterExponent), ("E", \.irreducible), ("optimum", \.optimalBits),
        ("weights", { try? $0.factor(LawPrecision(weightBits: 4)) }),
        ("activations", { try? $0.factor(LawPrecision(activationBits: 5)) }),
        ("cache", { try? $0.factor(LawPrecision(cacheBits: 4)) }), ("rounding", middle),
        ("gammaPost", \.degradation?.gamma), ("gammaTokens", \.degradation?.tokenExponent),
      ]
      for (name, function) in functions {
        let interval = try #require(fit.interval(function))
        let (low, high) = (try #require(interval.low), try #require(interval.high))
        let truth = try #require(function(Self.law))
        inside[name, default: 0] += low <= truth && truth <= high ? 1 : 0
      }
    }
    // An interval that holds 9 of 10 truths holds 15 of 20 or more with a probability of 0.99.
    for (name, count) in inside { #expect(count >= 15, "\(name): \(count) of \(asked)") }
  }

  /// A fit without offsets cannot follow: its optimum is bits away.
  @Test func withoutOffsetsTheOptimumIsMissed() throws {
    let fit = try PrecisionLaw.fit(try SyntheticRows.rows(isRounded: false), Self.settings())
    var law = fit.law
    for path in [\PrecisionLaw.weights, \.activations, \.cache] { law[keyPath: path]?.offset = 0 }
    #expect(abs(try #require(law.optimalBits) - 7) > 2)
    #expect(abs(try #require(fit.law.optimalBits) - 7) <= 0.01)
  }

  /// One row in twenty is wrong by a factor: the law hardly moves.
  @Test func badRowsDoNotBendTheLaw() throws {
    var rows = try SyntheticRows.rows(isRounded: false)
    for index in stride(from: 7, to: rows.count, by: 20) { rows[index].loss *= 1.5 }
    let fit = try PrecisionLaw.fit(rows, Self.settings())
    #expect(abs(fit.law.irreducible / 2.7648 - 1) <= 0.01)
    #expect(abs(try #require(fit.law.optimalBits) - 7) <= 0.05)
  }

  @Test func aFitIsTheSameAgain() throws {
    let rows = try SyntheticRows.rows(noise: 0.005)
    let (one, other) = (
      try PrecisionLaw.fit(rows, Self.settings(replicates: 3)),
      try PrecisionLaw.fit(rows, Self.settings(replicates: 3))
    )
    #expect(one.law == other.law && one.replicates == other.replicates)
    var settings = Self.settings(replicates: 3)
    settings.seed = 1
    #expect(try PrecisionLaw.fit(rows, settings).replicates != one.replicates)
  }

  /// Tables of measurements write 16 or 32 bits where nothing is quantized.
  @Test func fullPrecisionInBitsIsFloat() throws {
    let rows = try SyntheticRows.rows(noise: 0.005)
    let full = rows.enumerated().map { index, row in
      var row = row
      let bits = [16, 32][index % 2] as Double
      row.precision = LawPrecision(
        weightBits: row.precision.weightBits ?? bits,
        activationBits: row.precision.activationBits ?? bits,
        cacheBits: row.precision.cacheBits ?? bits)
      row.postBits = row.postBits ?? bits
      return row
    }
    let settings = Self.settings()
    #expect(full.map(settings.counted) == rows.map(settings.counted))
    #expect(try PrecisionLaw.fit(full, settings).law == PrecisionLaw.fit(rows, settings).law)
    var exact = settings
    exact.fullBits = 64
    #expect(throws: LawError.self) { try PrecisionLaw.fit(full, exact) }
  }

  @Test func rowsAreDividedByRuns() throws {
    let rows = try SyntheticRows.rows()
    let (fitted, held) = LawRow.divided(rows, holdingOut: 0.2)
    #expect(fitted.count + held.count == rows.count)
    let part = Double(held.count) / Double(rows.count)
    #expect(part > 0.15 && part < 0.25)
    #expect(Set(fitted.map(\.run)).isDisjoint(with: Set(held.map(\.run))))
    #expect(LawRow.divided(rows.reversed(), holdingOut: 0.2).held.count == held.count)
    #expect(LawRow.divided(rows, holdingOut: 0).held.isEmpty)
  }
}
