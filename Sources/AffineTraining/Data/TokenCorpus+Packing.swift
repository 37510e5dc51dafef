internal import AffineQuant

extension TokenCorpus {
  /// Documents side by side.
  static func windows(
    _ documents: Range<Int>, _ file: TokenFile, _ sequence: Int
  ) -> [[Piece]] {
    var pieces: [Piece] = []
    let prefix = file.source.prefix.count
    for document in documents {
      let tokens = file.document(document)
      var first = tokens.lowerBound
      // The last token is read by nobody.
      while first + 1 < tokens.upperBound {
        let isPrefixed = first > tokens.lowerBound && prefix > 0
        let room = isPrefixed ? sequence - prefix : sequence
        let piece = Piece(
          first: first, count: min(room, tokens.upperBound - 1 - first), isPrefixed: isPrefixed)
        if piece.targets.contains(where: file.isTaught) { pieces.append(piece) }
        first += piece.count
      }
    }
    let lengths = pieces.map { $0.count + ($0.isPrefixed ? prefix : 0) }
    return packed(lengths, into: sequence).map { $0.map { pieces[$0] } }
  }

  /// The numbers of lengths that share a window: longest first, each where it leaves the least room.
  ///
  /// - Complexity: O(lengths · window) at worst.
  static func packed(_ lengths: [Int], into size: Int) -> [[Int]] {
    var windows: [[Int]] = []
    // The windows that have so much room left.
    var open = [[Int]](repeating: [], count: size + 1)
    for index in lengths.indices.sorted(by: { (-lengths[$0], $0) < (-lengths[$1], $1) }) {
      let length = lengths[index]
      let room = (length...size).first { !open[$0].isEmpty }
      let window = room.flatMap { open[$0].popLast() } ?? windows.count
      if window == windows.count { windows.append([]) }
      windows[window].append(index)
      open[(room ?? size) - length].append(window)
    }
    return windows
  }

  /// Windows as a pass reads them.
  func batch(_ windows: [[Piece]]) -> TokenBatch {
    var batch = TokenBatch(inputs: [], targets: [], lengths: [])
    let (prefix, tokens) = (file.source.prefix, file.tokens.span)
    for window in windows {
      var room = sequence
      for piece in window {
        let before = piece.isPrefixed ? prefix : []
        // What follows the token that begins sequences is no beginning here.
        batch.inputs += before
        batch.targets += before.map { _ in -1 }
        for place in piece.first..<piece.first + piece.count {
          batch.inputs.append(Int(tokens[place]))
          batch.targets.append(file.isTaught(place + 1) ? Int(tokens[place + 1]) : -1)
        }
        batch.lengths.append(before.count + piece.count)
        room -= before.count + piece.count
      }
      guard room > 0 else { continue }
      batch.inputs += [Int](repeating: 0, count: room)
      batch.targets += [Int](repeating: -1, count: room)
      batch.lengths.append(room)
    }
    return batch
  }
}
