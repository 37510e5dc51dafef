import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// How a table is printed where it may go into a document.
enum TrainingFormat: String, ExpressibleByArgument, CaseIterable {
  case table, markdown, json
}

/// One value as a JSON document with stable field names; numbers that JSON does not have are the texts
/// `Infinity`, `-Infinity` and `NaN`.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// Prints one value as a JSON document.
func printJSON(_ value: some Encodable) throws { try show(jsonText(value)) }

extension Double {
  /// Three significant digits or so: 0.123, 12.3, 1234.
  var short: String {
    let digits = magnitude < 10 ? 2 : magnitude < 1000 ? 1 : 0
    return isFinite ? fixed(digits) : "-"
  }

  /// A part of one as a percentage.
  var percent: String { (100 * self).fixed(0) + " %" }
}
