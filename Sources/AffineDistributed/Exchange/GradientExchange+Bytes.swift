public import AffineQuant
public import AffineTraining

extension GradientExchange {
  public func gathered(_ values: [Double]) throws(ParallelError) -> [Double] {
    // Those that are early wait here for the last.
    let start = ContinuousClock.now
    defer { times.waiting += .now - start }
    return try communicating { () throws(CommunicationError) in try communicator.sum(values) }
  }

  public func broadcast(
    _ bytes: Buffer<UInt8>, from rank: Int
  ) throws(ParallelError) -> Buffer<UInt8> {
    if rank == self.rank { traffic.parameterBytes += bytes.count * (size - 1) }
    let start = ContinuousClock.now
    defer { times.sharing += .now - start }
    return try communicating { () throws(CommunicationError) in
      try communicator.broadcast(bytes, from: rank)
    }
  }

  public func share(_ bytes: Buffer<UInt8>) throws(ParallelError) -> [Buffer<UInt8>] {
    traffic.parameterBytes += bytes.count * (size - 1)
    return try communicating { () throws(CommunicationError) in try communicator.share(bytes) }
  }

  public func gather(_ bytes: Buffer<UInt8>) throws(ParallelError) -> [Buffer<UInt8>] {
    try communicating { () throws(CommunicationError) in try communicator.gather(bytes, to: 0) }
  }

  /// Takes the time of what is done for other ranks, but for waiting.
  func coding(_ body: () throws(ParallelError) -> Void) throws(ParallelError) {
    let (start, waited) = (ContinuousClock.now, times.waiting)
    defer { times.coding += .now - start - (times.waiting - waited) }
    try body()
  }

  func communicating<Result>(
    _ body: () throws(CommunicationError) -> Result
  ) throws(ParallelError) -> Result {
    do throws(CommunicationError) { return try body() } catch {
      throw .communication(error.description)
    }
  }
}
