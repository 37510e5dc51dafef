#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension DecoderConfiguration {
  /// As a file keeps it: one configuration has one text.
  ///
  /// - Precondition: It has passed ``validate()``.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let json = try? encoder.encode(self) else {
      preconditionFailure("a configuration that JSON cannot hold")
    }
    return String(decoding: json, as: UTF8.self)
  }

  /// Reads what ``json`` wrote, and nothing else.
  package init?(json: String) {
    // That has no other characters, and a decoder takes long to compare names of strangers.
    guard json.utf8.allSatisfy({ (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }),
      let decoded = try? JSONDecoder().decode(DecoderConfiguration.self, from: Data(json.utf8)),
      (try? decoded.validate()) != nil, decoded.json == json
    else { return nil }
    self = decoded
  }
}
