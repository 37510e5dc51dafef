import AffineFormats
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
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable {
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

/// One value as a JSON document in one line.
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
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

/// Reads a JSON document that the command wrote.
///
/// - Throws: ``Failure``, with the file's name in it, for what is no such document.
func document<Value: Decodable>(
  _: Value.Type, from path: String, _ name: String
) throws -> Value {
  let text = try text(of: path)
  do { return try decoded(Value.self, from: text) } catch {
    throw Failure("'\(path)' is no \(name) that --format json wrote")
  }
}

/// Reads one JSON document that the command wrote, or a file with one in every line.
///
/// - Throws: ``Failure``, with the file's name in it, for what is neither.
func documents<Value: Decodable>(
  _ type: Value.Type, from path: String, _ name: String
) throws -> [Value] {
  let lines = try text(of: path).textLines(omittingEmpty: true)
  let values = lines.map { try? decoded(type, from: String($0)) }
  if !values.isEmpty, values.allSatisfy({ $0 != nil }) { return values.compactMap(\.self) }
  return [try document(type, from: path, name)]
}
