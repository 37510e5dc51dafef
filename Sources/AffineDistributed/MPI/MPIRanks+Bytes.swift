internal import AffineMPI
internal import AffineQuant

extension MPIRanks {
  func broadcast(
    _ bytes: Buffer<UInt8>, from root: Int
  ) throws(CommunicationError) -> Buffer<UInt8> {
    let count = try counts(bytes.count)[root]
    let result = BufferBuilder<UInt8>(count: count)
    if rank == root { unsafe result.memory.pointer.update(from: bytes.pointer, count: count) }
    var first = 0
    while first < count {
      let part = min(Self.mostBytes, count - first)
      try Self.check("broadcast") {
        unsafe affine_mpi_broadcast(result.memory.pointer + first, Int32(part), Int32(root))
      }
      first += part
    }
    return result.buffer
  }

  func gather(
    _ bytes: Buffer<UInt8>, to root: Int
  ) throws(CommunicationError) -> [Buffer<UInt8>] {
    let counts = try counts(bytes.count)
    let parts = rank == root ? counts.map { BufferBuilder<UInt8>(count: $0) } : []
    // Parts of all ranks lie in one memory for a call, which counts with Int32.
    let most = counts.max() ?? 0
    let piece = max(min(Self.mostBytes / size, most), 1)
    let together = BufferBuilder<UInt8>(count: rank == root ? piece * size : 0)
    let places = (0..<size).map { Int32($0 * piece) }
    var first = 0
    while first < most {
      let now = counts.map { Int32(min(max($0 - first, 0), piece)) }
      try Self.check("gather") {
        unsafe affine_mpi_gather(
          bytes.pointer + min(first, bytes.count), now[rank], together.memory.pointer, now,
          places, Int32(root))
      }
      for (index, part) in parts.enumerated() {
        let count = Int(now[index])
        guard count > 0 else { continue }
        unsafe (part.memory.pointer + first).update(
          from: together.memory.pointer + index * piece, count: count)
      }
      first += piece
    }
    return parts.map(\.buffer)
  }

  /// How many bytes each rank has.
  private func counts(_ count: Int) throws(CommunicationError) -> [Int] {
    try startShare(Buffer([count]).bytes).wait().viewed(as: Int.self).array
  }
}
