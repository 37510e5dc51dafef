internal import AffineQuant

extension FusedPass {
  func normalize(_ heads: inout Heads, _ block: Int) { heads.areNormalized = true }

  mutating func turn(_ heads: inout Heads, by rule: RotaryRule) { heads.turns = turns(rule) }

  mutating func attend(_ heads: consuming Heads, _ block: Int) -> PassRows {
    let isLast = block == configuration.blocks.count - 1 && wanted == .last
    for text in counts.indices { caches[text].layers[block].makeRoom(counts[text]) }
    var queries = 0
    let placement = placement(heads, block)
    let widths = memory.widths, isTurned = !placement.keepsHeads
    for page in pages {
      region.begin(page)
      var end = 0
      queries = 0
      for text in counts.indices {
        let (rows, wanted) = (counts[text], isLast ? min(counts[text], 1) : counts[text])
        if caches[text].layers[block].page == page {
          region.add(
            caches[text].layers[block], rows: end..<end + rows, queries: wanted, from: queries)
        }
        end += rows
        queries += wanted
      }
      unsafe region.attend(
        isTurned ? memory.turned.pointer : memory.heads.pointer,
        stride: isTurned ? widths.turned : widths.heads, configuration.scoreRule(block), placement,
        into: memory.seen.pointer, stride: widths.seen)
    }
    withExtendedLifetime(heads.turns) {}
    return PassRows(place: .seen, rows: 0..<queries)
  }

  private func placement(_ heads: borrowing Heads, _ block: Int) -> HeadPlacement {
    var norms: (UnsafePointer<Float>, UnsafePointer<Float>, Float)?
    if heads.areNormalized {
      let places = model.blocks[block].norms
      guard let query = places[.query], let key = places[.key] else {
        preconditionFailure("heads of block \(block) have no norms")
      }
      unsafe norms = unsafe (
        query.weight.values.pointer, key.weight.values.pointer, query.epsilon
      )
    }
    return unsafe HeadPlacement(
      joined: memory.heads.pointer, joinedStride: memory.widths.heads,
      turned: memory.turned.pointer, turnedStride: memory.widths.turned,
      heads: configuration.heads, keyValueHeads: configuration.keyValueHeads,
      size: configuration.headSize, norms: norms,
      turns: heads.turns.map { unsafe $0.values.pointer },
      turning: heads.turns?.shape.columns ?? 0, norm: maker.normKernel,
      rotate: rotateKernel, scratch: headScratch)
  }
}
