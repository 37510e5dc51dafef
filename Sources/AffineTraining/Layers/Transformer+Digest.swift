internal import AffineLayers

extension Transformer {
  /// FNV-1a of the configuration and all parameters as they are kept, in hexadecimal digits; where ranks divide
  /// them, of the configuration and of ``origin`` in place of parameters.
  ///
  /// - Complexity: O(bytes).
  package var digest: String {
    var digest = Digest()
    for byte in configuration.json.utf8 { digest.combine(byte) }
    if owners == nil {
      for parameter in parameters { digest.combine(parameter.value) }
    } else {
      for byte in (origin ?? "").utf8 { digest.combine(byte) }
    }
    return String(digest.value, radix: 16)
  }
}
