import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Tables and JSON as they come from anywhere.
@Suite struct LawRowTests {
  static let header = "parameters,tokens,weightBits,activationBits,cacheBits,postBits,loss"

  private static let rows = [
    LawRow(parameters: 6736, tokens: 262144, loss: 2.25, run: "a"),
    LawRow(
      parameters: 1.5e8, tokens: 3e9, precision: LawPrecision(weightBits: 4, cacheBits: 2.5),
      postBits: 3, loss: 1.75, run: "b"),
  ]

  @Test func tablesAreReadAsTheyAreWritten() throws {
    #expect(try LawRow.read(csv: LawRow.csv(Self.rows)) == Self.rows)
    let unnamed = Self.rows.map { row in
      var row = row
      row.run = nil
      return row
    }
    #expect(try LawRow.read(csv: LawRow.csv(unnamed)) == unnamed)
  }

  @Test func tablesMayHaveOtherColumnsAndEnds() throws {
    let text =
      "\u{feff}seed, loss,tokens,parameters,weightBits,activationBits,cacheBits,postBits\r\n"
      + "1, 2.5 ,1e6,1000,float,,8,\r\n\r\n"
    let precision = LawPrecision(cacheBits: 8)
    #expect(
      try LawRow.read(csv: text)
        == [LawRow(parameters: 1000, tokens: 1e6, precision: precision, loss: 2.5)])
  }

  /// Names are bytes: these look alike.
  @Test func columnsAreTheirBytes() throws {
    let text = "\(Self.header),\u{e9},e\u{301}\n1000,1e6,,,,,2.5,1,2\n"
    #expect(
      try LawRow.read(csv: text) == [LawRow(parameters: 1000, tokens: 1e6, loss: 2.5)])
  }

  @Test func jsonSaysTheSame() throws {
    let text = """
      {"note": [1, {}], "rows": [
        {"parameters": 6736, "tokens": 262144, "loss": 2.25, "run": "a", "weightBits": null},
        {"parameters": 1.5e8, "tokens": 3e9, "weightBits": 4, "activationBits": "float",
         "cacheBits": 2.5, "postBits": 3, "loss": 1.75, "run": "b", "other": true}]}
      """
    #expect(try LawRow.read(json: Array(text.utf8)) == Self.rows)
  }

  @Test(arguments: [
    ("", "the table has no column parameters"), ("loss\n1", "no column parameters, tokens"),
    ("loss,\(header)", "the column loss stands twice"),
    ("\(header)\n1,2,3", "line 2: 3 cells stand under 7 names"),
    ("\(header)\n1,2,,,,,", "line 2: loss is missing"),
    ("\(header)\n\n1,2,,,,,-1", "line 3: loss must be a number above 0, not -1"),
    ("\(header)\n1,2,,,,,nan", "line 2: loss must be a number above 0"),
    ("\(header)\n1,2,,,,,inf", "line 2: loss must be a number above 0"),
    ("\(header)\n0,2,,,,,1", "parameters must be a number above 0"),
    ("\(header)\n1,-2,,,,,1", "tokens must be a number above 0"),
    ("\(header)\n1,2e300,,,,,1", "tokens must be a number above 0"),
    ("\(header)\n1,2,x,,,,1", "weightBits is no number: 'x'"),
    ("\(header)\n1,2,-4,,,,1", "weightBits must be above 0 and at most 64"),
    ("\(header)\n1,2,,,,1e9,1", "postBits must be above 0 and at most 64"),
  ]) func badTablesAreRefused(text: String, reason: String) {
    let error = #expect(throws: LawError.self) { try LawRow.read(csv: text) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("", "byte 0"), ("[", "byte 1"), ("{}", "neither an array"), ("{\"rows\": 3}", "neither"),
    ("[1]", "row 1: no object"), ("[{}]", "row 1: parameters is missing"),
    ("[{\"parameters\": 1, \"parameters\": 2}]", "byte"),
    ("[{\"parameters\": 1, \"tokens\": [2], \"loss\": 1}]", "tokens is no number"),
    ("[{\"parameters\": 1, \"tokens\": 2, \"loss\": true}]", "loss is no number: 'true'"),
    ("[{\"parameters\": 1, \"tokens\": 2, \"loss\": -3}]", "loss must be a number above 0"),
    ("[{\"parameters\": 1e999, \"tokens\": 2, \"loss\": 3}]", "parameters must be a number"),
    (String(repeating: "[", count: 100_000), "byte"),
  ]) func badJSONIsRefused(text: String, reason: String) {
    let error = #expect(throws: LawError.self) { try LawRow.read(json: Array(text.utf8)) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  /// Bytes changed at random: rows or an error, and never a trap, up to the fit.
  @Test func changedTablesNeverTrap() throws {
    let sound = Array(LawRow.csv(try SyntheticRows.rows().filter { $0.tokens < 7e9 }).utf8)
    var random = SplitMix64(seed: 7)
    var settings = LawFitSettings()
    settings.replicates = 1
    var (fitted, refused) = (0, 0)
    for _ in 0..<40 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = Array("0123456789.,-e\n".utf8).randomElement(using: &random) ?? 0
      }
      do {
        _ = try PrecisionLaw.fit(LawRow.read(csv: String(decoding: bytes, as: UTF8.self)), settings)
        fitted += 1
      } catch { refused += 1 }
    }
    #expect(fitted > 0 && refused > 0, "\(fitted) fitted, \(refused) refused")
  }

  private static func reason(_ rows: [LawRow], isTied: Bool = true) -> String {
    var settings = LawFitSettings()
    (settings.replicates, settings.isTied) = (0, isTied)
    do {
      _ = try PrecisionLaw.fit(rows, settings)
      return "fitted"
    } catch { return "\(error)" }
  }

  @Test func rowsThatLeaveConstantsOpenAreRefused() throws {
    let rows = try SyntheticRows.rows()
    let float = rows.filter { $0.precision == .float && $0.postBits == nil }
    #expect(Self.reason([]).contains("needs 4 rows or more, and there are 0"))
    #expect(Self.reason(Array(float.prefix(3))).contains("needs 4 rows"))
    #expect(Self.reason(Array(float.prefix(4)), isTied: false).contains("needs 5 rows"))
    #expect(Self.reason(float.filter { $0.tokens == 3e9 }).contains("1 numbers of tokens"))
    #expect(Self.reason(float) == "fitted")
    let one = rows.filter { $0.precision == LawPrecision(weightBits: 4) && $0.postBits == nil }
    #expect(Self.reason(float + one).contains("weightBits has one value"))
    let tied = rows.filter { $0.precision.cacheBits != nil && $0.precision.weightBits != nil }
      .filter { $0.postBits == nil }
    #expect(Self.reason(float + tied).contains("are equal in all rows"))
    let rounded = rows.filter { $0.precision == .float && $0.postBits == 4 }
    #expect(Self.reason(float + rounded.prefix(3)).contains("needs 4 rows"))
    #expect(Self.reason(float + rounded).contains("one value of postBits"))
    var negative = float
    negative[2].loss = -1
    #expect(Self.reason(negative).contains("row 3: loss must be a number above 0"))
  }

  @Test func settingsThatAreNoneAreRefused() throws {
    let rows = try SyntheticRows.rows()
    for change in [
      { $0.huber = .nan }, { $0.huber = 0 }, { $0.replicates = -1 }, { $0.confidence = 1 },
    ] as [(inout LawFitSettings) -> Void] {
      var settings = LawFitSettings()
      change(&settings)
      #expect(throws: LawError.self) { try PrecisionLaw.fit(rows, settings) }
    }
  }

  /// Constants from a file that says nothing sound.
  @Test(arguments: [.nan, -1, .infinity] as [Double]) func constantsThatAreNoneAreRefused(
    value: Double
  ) {
    for path in [
      \PrecisionLaw.parameterScale, \.parameterExponent, \.tokenScale, \.tokenExponent,
      \.irreducible,
    ] {
      var law = PrecisionLaw.published
      law[keyPath: path] = value
      #expect(throws: LawError.self) { try law.validate() }
      #expect(throws: LawError.self) { try law.plan(LawBudget(1e20)) }
    }
    var law = PrecisionLaw.published
    law.weights?.gamma = value
    #expect(throws: LawError.self) { try law.validate() }
  }
}
