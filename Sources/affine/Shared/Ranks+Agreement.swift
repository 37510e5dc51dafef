import AffineBench
import AffineDistributed
import AffineFormats
import AffineLayers
import AffineQuant

extension Ranks {
  /// What all ranks of any command must have in common.
  static func card() throws -> RankCard {
    var card = RankCard()
    card.add("build", try digest(of: Machine.program))
    card.add("list of arguments", "'\(CommandLine.arguments.dropFirst().joined(separator: " "))'")
    return card
  }

  static func digest(of path: String) throws -> String {
    guard MappedFile.exists(path) else { return "none" }
    let (file, strip) = (try MappedFile(path: path), 1 << 24)
    var digest = Digest()
    // Models are files too: no more than a part of one is in memory.
    for first in stride(from: 0, to: file.bytes.count, by: strip) {
      let part = first..<min(first + strip, file.bytes.count)
      let bytes = file.bytes.part(part)
      let span = bytes.span
      for index in span.indices { digest.combine(span[index]) }
      file.forget(part)
    }
    return String(digest.value, radix: 16)
  }

  static func digest(_ bytes: [UInt8]) -> String { String(bytes.span.digest, radix: 16) }

  /// Texts that the first rank reads, on all of them: a launcher gives its standard input to that one.
  static func texts(_ read: () throws -> [String]) throws -> [String] {
    let ranks = try join()
    guard ranks.size > 1 else { return try read() }
    let own = isFirst ? try read() : []
    let count = try ranks.broadcast(Buffer([own.count]).bytes, from: 0).viewed(as: Int.self)
    return try (0..<count.span[0]).map { index in
      let sent = isFirst ? Buffer(Array(own[index].utf8)) : Buffer([])
      return String(decoding: try ranks.broadcast(sent, from: 0).array, as: UTF8.self)
    }
  }
}
