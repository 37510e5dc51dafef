/// What announces a region to workers, in one word: where it is, for how many threads, and which round of
/// all.
struct Ticket {
  let number: Int

  /// Set by a caller that sleeps until the worker has ended; addresses leave the bit free.
  static let awaited = 1
  private static let threadShift = 48, roundShift = 56
  private static let addressMask = 1 << threadShift - 1

  init(number: Int) { self.number = number }

  /// The 48 bits of an address, threads less one in 8, and the last 7 of the round.
  init(_ region: Region, threads: Int, round: Int) {
    let address = unsafe Int(bitPattern: Unmanaged.passUnretained(region).toOpaque())
    precondition(
      address & ~Self.addressMask == 0 && threads <= ThreadPool.maximumThreads)
    number = address | (threads - 1) << Self.threadShift | (round & 127) << Self.roundShift
  }

  var threads: Int { number == 0 ? 0 : (number >> Self.threadShift & 255) + 1 }

  /// Whether members may still join the region.
  var isOpen: Bool {
    var admits = false
    withRegion { admits = $0.admits(number) }
    return admits
  }

  /// Lends the region.
  func withRegion(_ body: (Region) -> Void) {
    guard let opaque = unsafe UnsafeRawPointer(bitPattern: number & Self.addressMask) else {
      return
    }
    unsafe Unmanaged<Region>.fromOpaque(opaque)._withUnsafeGuaranteedRef(body)
  }
}
