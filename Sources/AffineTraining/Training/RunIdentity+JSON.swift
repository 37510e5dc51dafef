internal import AffineFormats

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension RunIdentity {
  private static let infinities = ("inf", "-inf", "nan")

  /// As a checkpoint keeps it: one identity has one text.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let (positive, negative, nan) = Self.infinities
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: positive, negativeInfinity: negative, nan: nan)
    guard let json = try? encoder.encode(self) else {
      preconditionFailure("an identity that JSON cannot hold")
    }
    return String(decoding: json, as: UTF8.self)
  }

  /// Reads what ``json`` wrote.
  ///
  /// - Throws: ``CheckpointError/unknownVersion(_:)``.
  init(json: String) throws(CheckpointError) {
    struct Version: Decodable { let version: Int }
    let decoder = JSONDecoder()
    let (positive, negative, nan) = Self.infinities
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: positive, negativeInfinity: negative, nan: nan)
    let data = Data(json.utf8)
    let version = (try? decoder.decode(Version.self, from: data))?.version
    guard version == Self.currentVersion,
      let identity = try? decoder.decode(RunIdentity.self, from: data)
    else { throw .unknownVersion(version) }
    self = identity
  }

  /// The first thing in which a checkpoint's run differs from this one: its place, as
  /// `settings.optimizer.beta1`, and both values.
  func difference(from other: RunIdentity) -> (place: String, mine: String, other: String)? {
    guard self != other else { return nil }
    let values = [json, other.json].map { try? JSONParser.parse(Array($0.utf8)) }
    guard let mine = values[0], let theirs = values[1] else { return nil }
    return Self.difference(mine, theirs, at: [])
  }

  private static func difference(
    _ mine: JSONValue, _ other: JSONValue, at place: [String]
  ) -> (place: String, mine: String, other: String)? {
    if case .object(let members) = mine, case .object(let others) = other,
      members.map(\.name) == others.map(\.name)
    {
      for (member, another) in zip(members, others) {
        let found = difference(member.value, another.value, at: place + [member.name])
        if let found { return found }
      }
      return nil
    }
    let (text, otherText) = (mine.serialized, other.serialized)
    return text == otherText ? nil : (place.joined(separator: "."), text, otherText)
  }
}
