internal import AffineKernels

extension KernelRow {
  /// Multiplications in a nanosecond of a kernel with a tile, about: 0.6 of what vectors do at 2.7 GHz, as products of
  /// some rows reach it. Tiles multiply eight times as much, but 37 and 64 rows of 512² to 1024² weights reached
  /// twice as much, the rest being other work (a Xeon with AMX).
  func multiplicationsPerNanosecond(_ tile: KernelTile) -> Int {
    let isBytes = tile.lhs.bits == 8 || tile.multipliesPairs
    // Two vectors of floats a cycle; twice as many numbers of 16 bits, four times as many bytes that an instruction
    // of dot products takes.
    let instructions = isBytes ? (needs.multipliesBytes ? 4 : 2) : tile.lhs == .bfloat16 ? 2 : 1
    return needs.vectorBytes * instructions * (needs.hasTiles ? 2 : 1) * 4 / 5
  }
}

extension InstructionSet {
  /// Bytes of a vector; of what has none those of a word.
  fileprivate var vectorBytes: Int {
    if contains(.sme) { return 4 * Int(aq_scalable_words()) }
    if !isDisjoint(with: [.avx512vnni, .avx512vbmi, .avx512bf16, .amx, .amxbf16]) { return 64 }
    if contains(.avx2) { return 32 }
    return isDisjoint(with: [.neon, .neondot, .i8mm, .neonbf16]) ? 4 : 16
  }

  fileprivate var multipliesBytes: Bool {
    !isDisjoint(with: [.avxvnni, .avx512vnni, .neondot, .i8mm, .amx, .sme])
  }

  fileprivate var hasTiles: Bool { !isDisjoint(with: [.amx, .amxbf16, .sme]) }
}
