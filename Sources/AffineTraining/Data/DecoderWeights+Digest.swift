public import AffineLayers
internal import AffineQuant

extension DecoderWeights {
  /// FNV-1a of the configuration and all tensors as they are stored, with the changes of adapters, in hexadecimal digits.
  ///
  /// - Throws: What the file's reader throws.
  /// - Complexity: O(bytes).
  public func digest() throws -> String {
    var digest = Digest()
    for byte in configuration.json.utf8 { digest.combine(byte) }
    for part in configuration.tensors {
      guard let stored = try tensor(part) else {
        throw DecoderError.missingTensor(name(of: part))
      }
      var one = Checkpoint()
      one.tensors[part.name] = stored
      // Codes whose table has no name in files are told by what they stand for.
      if (try? one.contents()) == nil { one.tensors[part.name] = .float32(stored.floats()) }
      if case .weight(let layer) = part, let change = try change(of: layer) {
        one.tensors["a"] = .float32(change.a)
        one.tensors["b"] = .float32(change.b)
        one.metadata["factor"] = "\(change.factor)"
      }
      for byte in try one.contents() { digest.combine(byte) }
      forget(part)
    }
    return String(digest.value, radix: 16)
  }
}
