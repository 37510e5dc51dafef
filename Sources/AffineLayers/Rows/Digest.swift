/// The hash FNV-1a: the same on every machine, unlike the hash of a dictionary.
package struct Digest: Sendable {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package mutating func combine(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }
}

extension Span<UInt8> {
  /// FNV-1a of the bytes.
  package var digest: UInt64 {
    var digest = Digest()
    for index in indices { digest.combine(self[index]) }
    return digest.value
  }
}
