internal import AffineFormats

extension TokenizerFile {
  /// Refuses a file whose tokens become texts in another way than that which follows from how texts become tokens: no
  /// other is computed.
  ///
  /// - Parameter areBytes: Whether tokens are of the bytes of words, not of characters.
  /// - Throws: ``ModelFileError/unsupported(file:what:)``.
  func requireUsualDecoder(areBytes: Bool) throws {
    for step in try settings.steps("decoder", "decoders") {
      let type = try step.word("type") ?? ""
      let isUsual =
        switch type {
        case "ByteLevel": areBytes
        case "ByteFallback", "Fuse": !areBytes
        case "Metaspace": !areBytes && (step.value("replacement") ?? Self.mark) == Self.mark
        case "Replace":
          !areBytes && step.value("pattern")?.member("String") == Self.mark
            && step.value("content") == .string(" ")
        // The space before the first word.
        case "Strip":
          try !areBytes && step.value("content") == .string(" ") && step.int("start") ?? 0 <= 1
            && step.int("stop") ?? 0 == 0
        default: false
        }
      guard isUsual else {
        throw ModelFileError.unsupported(
          file: settings.file, what: "tokens that become texts by '\(type)' as it is")
      }
    }
  }

  private static let mark = JSONValue.string("\u{2581}")
}
