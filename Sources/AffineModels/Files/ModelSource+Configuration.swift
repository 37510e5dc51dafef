internal import AffineFormats
public import AffineLayers

extension ModelSource {
  /// Reads what a decoder is, from files that may have no tensors: `config.json` alone will do.
  ///
  /// - Parameter path: A GGUF file, a folder of Hugging Face, or its `config.json`.
  /// - Returns: The configuration.
  /// - Throws: As ``open(_:context:copies:)`` and ``requireDecoder()``.
  public static func configuration(of path: String) throws -> DecoderConfiguration {
    let file = path.hasSuffix(".json") ? path : "\(path)/config.json"
    guard MappedFile.exists(file) else {
      let source = try open(path)
      try source.requireDecoder()
      return source.configuration
    }
    let (row, configuration) = try Architecture.read(ModelSettings(file: file), context: nil)
    try row.require(encoder: false, in: file)
    return configuration
  }
}
