internal import AffineLayers

extension Transformer {
  /// FNV-1a of the configuration and all parameters as they are kept, in hexadecimal digits.
  ///
  /// - Complexity: O(bytes).
  package var digest: String {
    var digest = Digest()
    for byte in configuration.json.utf8 { digest.combine(byte) }
    for parameter in parameters { digest.combine(parameter.value) }
    return String(digest.value, radix: 16)
  }
}
