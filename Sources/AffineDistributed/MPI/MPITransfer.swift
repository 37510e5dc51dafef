internal import AffineMPI
internal import AffineQuant

/// A call of MPI that is under way. It keeps the memory that the call reads and writes.
@safe
final class MPITransfer: Transfer {
  private let name: String
  private let sent, received: Buffer<UInt8>
  private let numbers: Buffer<Int32>
  private var request: OpaquePointer?

  init(
    _ name: String, sent: Buffer<UInt8>, received: Buffer<UInt8>,
    numbers: Buffer<Int32> = Buffer([]),
    start: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(CommunicationError) {
    (self.name, self.sent, self.received, self.numbers) = (name, sent, received, numbers)
    var request: OpaquePointer?
    try MPIRanks.check(name) { unsafe start(&request) }
    unsafe self.request = unsafe request
  }

  func isDone() throws(CommunicationError) -> Bool {
    guard let open = unsafe request else { return true }
    var done: Int32 = 0
    // A request that has failed is gone too.
    unsafe request = nil
    try MPIRanks.check(name) { unsafe affine_mpi_test(open, &done) }
    if done == 0 { unsafe request = unsafe open }
    return done != 0
  }

  func wait() throws(CommunicationError) -> Buffer<UInt8> {
    if let open = unsafe request {
      unsafe request = nil
      try MPIRanks.check(name) { unsafe affine_mpi_wait(open) }
    }
    return received
  }

  // Of a run that ends before the call does: MPI may write for as long as the process lives.
  deinit {
    guard unsafe request != nil else { return }
    for buffer in [sent, received] { unsafe _ = Unmanaged.passRetained(buffer.keeper) }
    unsafe _ = Unmanaged.passRetained(numbers.keeper)
  }
}
