internal import AffineMPI
internal import AffineQuant

/// The ranks that `mpirun` started, over MPI.
struct MPIRanks: Communicator {
  let rank: Int
  let size: Int

  /// Joins the others; once in a process, whose launcher started all of them.
  ///
  /// From then on a launcher that ends this process, because another rank has died, is answered with
  /// one line on standard error.
  ///
  /// - Throws: ``CommunicationError``.
  init() throws(CommunicationError) {
    var (rank, size): (Int32, Int32) = (0, 0)
    try Self.check("join the other ranks") {
      unsafe affine_mpi_start(
        "rank %d of %d: another rank has ended, and so does this one\n", &rank, &size)
    }
    (self.rank, self.size) = (Int(rank), Int(size))
  }

  func startSum(_ values: [Double]) throws(CommunicationError) -> any Transfer {
    let count = try Self.count(values.count)
    let sums = BufferBuilder<Double>(count: values.count)
    for (index, value) in values.enumerated() { sums.memory[index] = value }
    let received = sums.buffer
    return try unsafe MPITransfer("sum", sent: received.bytes, received: received.bytes) {
      unsafe affine_mpi_sum(sums.memory.pointer, count, $0)
    }
  }

  func startExchange(_ parts: Buffer<UInt8>) throws(CommunicationError) -> any Transfer {
    precondition(parts.count.isMultiple(of: size), "\(parts.count) bytes for \(size) ranks")
    let count = try Self.count(parts.count / size)
    let received = BufferBuilder<UInt8>(count: parts.count)
    return try unsafe MPITransfer("exchange", sent: parts, received: received.buffer) {
      unsafe affine_mpi_exchange(parts.pointer, received.memory.pointer, count, $0)
    }
  }

  func startExchange(
    _ parts: Buffer<UInt8>, counts: [Int]
  ) throws(CommunicationError) -> any Transfer {
    precondition(counts.count == size && counts.reduce(0, +) == parts.count, "\(counts)")
    _ = try Self.count(max(parts.count, counts[rank] * size))
    let received = BufferBuilder<UInt8>(count: counts[rank] * size)
    // MPI reads the numbers as long as the call goes on.
    let numbers = BufferBuilder<Int32>(count: 4 * size)
    for other in 0..<size {
      numbers.memory[other] = Int32(counts[other])
      numbers.memory[size + other] = Int32(counts[..<other].reduce(0, +))
      numbers.memory[2 * size + other] = Int32(counts[rank])
      numbers.memory[3 * size + other] = Int32(counts[rank] * other)
    }
    return try unsafe MPITransfer(
      "exchange", sent: parts, received: received.buffer, numbers: numbers.buffer
    ) {
      unsafe affine_mpi_exchange_parts(
        parts.pointer, received.memory.pointer, numbers.memory.pointer, Int32(size), $0)
    }
  }

  func startShare(_ bytes: Buffer<UInt8>) throws(CommunicationError) -> any Transfer {
    let count = try Self.count(bytes.count)
    let received = BufferBuilder<UInt8>(count: bytes.count * size)
    return try unsafe MPITransfer("share", sent: bytes, received: received.buffer) {
      unsafe affine_mpi_share(bytes.pointer, received.memory.pointer, count, $0)
    }
  }

  func startShare(
    _ bytes: Buffer<UInt8>, counts: [Int]
  ) throws(CommunicationError) -> any Transfer {
    let total = counts.reduce(0, +)
    precondition(counts.count == size && counts[rank] == bytes.count, "\(counts)")
    precondition(total <= Int32.max, "\(total) bytes of one call of MPI")
    let received = BufferBuilder<UInt8>(count: total)
    let numbers = BufferBuilder<Int32>(count: 2 * size)
    for other in 0..<size {
      numbers.memory[other] = Int32(counts[other])
      numbers.memory[size + other] = Int32(counts[..<other].reduce(0, +))
    }
    return try unsafe MPITransfer(
      "share", sent: bytes, received: received.buffer, numbers: numbers.buffer
    ) {
      unsafe affine_mpi_share_parts(
        bytes.pointer, received.memory.pointer, numbers.memory.pointer, Int32(rank), Int32(size),
        $0)
    }
  }

  func barrier() throws(CommunicationError) {
    try Self.check("wait for the others") { affine_mpi_barrier() }
  }

  func leave(
    _ words: String, patience: Duration?
  ) throws(CommunicationError) -> [String]? {
    // Of one length on all ranks.
    let length = 2048
    let text = Array(words.utf8.prefix(length))
    let sent = Buffer(text + Array(repeating: 0, count: length - text.count))
    let received = BufferBuilder<UInt8>(count: length * size)
    let transfer = try unsafe MPITransfer("leave", sent: sent, received: received.buffer) {
      unsafe affine_mpi_share_last(sent.pointer, received.memory.pointer, Int32(length), $0)
    }
    let (clock, start) = (ContinuousClock(), ContinuousClock.now)
    while try !transfer.isDone() {
      if let patience, clock.now - start > patience { return nil }
      affine_mpi_pause()
    }
    let all = try transfer.wait()
    _ = affine_mpi_end()
    return (0..<size).map { rank in
      let part = all.part(rank * length..<(rank + 1) * length).array
      return String(decoding: part.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  func abort(code: Int32) { affine_mpi_abort(code) }

  /// Bytes of one call: MPI counts with `Int32`.
  static let mostBytes = 1 << 28

  static func count(_ count: Int) throws(CommunicationError) -> Int32 {
    guard count <= mostBytes else {
      throw CommunicationError("\(count) bytes are more than the \(mostBytes) of one call of MPI")
    }
    return Int32(count)
  }

  /// Calls MPI, and says in words what went wrong.
  static func check(
    _ what: String, _ call: () -> Int32
  ) throws(CommunicationError) {
    let code = call()
    guard code != 0 else { return }
    var text = [CChar](repeating: 0, count: 512)
    unsafe affine_mpi_error(code, &text, text.count)
    let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    throw CommunicationError("cannot \(what): \(String(decoding: bytes, as: UTF8.self))")
  }
}
