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
    guard json.hasFewMarks else { throw .unknownVersion(nil) }
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
    guard plan.name == other.plan.name else { return ("recipe", plan.name, other.plan.name) }
    let values = [json, other.json].map { try? JSONParser.parse(Array($0.utf8)) }
    guard let mine = values[0], let theirs = values[1] else { return nil }
    return Self.difference(mine, theirs, at: [])
  }

  private static func difference(
    _ mine: JSONValue, _ other: JSONValue, at place: [String]
  ) -> (place: String, mine: String, other: String)? {
    guard mine != other else { return nil }
    if case .array(let values) = mine, case .array(let others) = other,
      values.count == others.count
    {
      for (index, (value, another)) in zip(values, others).enumerated() {
        if let found = difference(value, another, at: place + ["\(index)"]) { return found }
      }
    }
    let name = place.joined(separator: ".").replacing("plan.constant._0", with: "recipe")
    guard case .object(let members) = mine, case .object(let others) = other,
      // Cases of an enumeration have a member each.
      members.count != 1 || others.count != 1 || members[0].name == others[0].name
    else { return (name, text(mine), text(other)) }
    for member in members {
      let (value, another) = (member.value, other.member(member.name) ?? .null)
      if let found = difference(value, another, at: place + [member.name]) { return found }
    }
    let added = others.first { mine.member($0.name) == nil }
    return added.map { (([name] + [$0.name]).joined(separator: "."), "none", text($0.value)) }
  }

  /// A value in a sentence: of an object the names of its members.
  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .object(let members): members.map(\.name).joined(separator: ", ")
    case .array(let items) where items.contains { $0.members != nil }: "\(items.count) items"
    case .null: "none"
    default: value.serialized
    }
  }
}
