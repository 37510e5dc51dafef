public import AffineQuant
public import AffineTraining

extension GradientExchange {
  public func gathered(_ values: [Double]) throws(ParallelError) -> [Double] {
    try communicating { () throws(CommunicationError) in try communicator.sum(values) }
  }

  public func broadcast(
    _ bytes: Buffer<UInt8>, from rank: Int
  ) throws(ParallelError) -> Buffer<UInt8> {
    if rank == self.rank { traffic.parameterBytes += bytes.count * (size - 1) }
    return try communicating { () throws(CommunicationError) in
      try communicator.broadcast(bytes, from: rank)
    }
  }

  public func gather(_ bytes: Buffer<UInt8>) throws(ParallelError) -> [Buffer<UInt8>] {
    try communicating { () throws(CommunicationError) in try communicator.gather(bytes, to: 0) }
  }

  func communicating<Result>(
    _ body: () throws(CommunicationError) -> Result
  ) throws(ParallelError) -> Result {
    do throws(CommunicationError) { return try body() } catch {
      throw .communication(error.description)
    }
  }
}
