extension KernelRow {
  /// Multiplications in a nanosecond of a kernel with a tile, about: 0.6 of what vectors do at 2.7 GHz, as products of
  /// some rows reach it. Tiles multiply eight times as much, but 37 and 64 rows of 512² to 1024² weights reached
  /// twice as much, the rest being other work (a Xeon with AMX).
  func multiplicationsPerNanosecond(_ tile: KernelTile) -> Int {
    let sets = needs.rows
    let multipliesBytes = sets.contains { $0.multipliesBytes }
    let isBytes = tile.lhs.bits == 8 || tile.multipliesPairs
    // Two vectors of floats a cycle; twice as many numbers of 16 bits, four times as many bytes that an instruction
    // of dot products takes.
    let instructions = isBytes ? (multipliesBytes ? 4 : 2) : tile.lhs == .bfloat16 ? 2 : 1
    let vectorBytes = sets.reduce(0) { max($0, $1.vectorBytes) }
    return vectorBytes * instructions * (sets.contains { $0.hasTiles } ? 2 : 1) * 4 / 5
  }
}
