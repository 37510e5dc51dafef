internal import AffineFormats
internal import AffineLayers

extension Architecture {
  /// What this library calls decoders that have no name in GGUF files.
  static let own = Architecture(name: "affine")
  /// Where it writes what they are.
  static let ownKey = "affine.configuration"

  /// Reads the configuration that a file of this library holds as text.
  static func own(_ metadata: GGUFMetadata) throws -> DecoderConfiguration {
    let text = try metadata.string(ownKey)
    guard let configuration = DecoderConfiguration(json: text) else {
      let start = String(text.unicodeScalars.prefix(200))
      throw LanguageModelError.unsupported("a configuration that says '\(start)'")
    }
    for key in metadata.keys where key.begins(with: "\(own.name).") && !key.isSame(as: ownKey) {
      throw LanguageModelError.unsupported("'\(key)' (\(metadata[key]?.summary ?? ""))")
    }
    return configuration
  }
}
