internal import AffineKernels

/// How a call runs: on how many threads, with which instruction sets and which kernels.
public struct Execution: Sendable, Hashable {
  /// Threads to use at most; a call with little work uses fewer. Results do not depend on it.
  public var threads: Int
  /// What kernels may use of the CPU; what the CPU lacks is not used.
  public var instructionSet: InstructionSet
  /// Kernels that are tried before those of the library, in this order.
  public var added: [AddedKernel] = []
  /// What notes which kernels run; `nil`: nothing does.
  public var record: KernelRecord?

  /// As many threads as the environment variable `AFFINE_THREADS` says, else one for each physical core
  /// that this process may use and its container's quota pays for; and all that the CPU has.
  public static let standard = Execution(
    threads: max(aq_requested_threads() > 0 ? aq_requested_threads() : aq_core_count(), 1))

  /// More threads than this are never started: far more than any core count they could help.
  private static let maximumThreads = 256

  /// A thread count below 1 counts as 1, one above 256 as 256.
  public init(threads: Int, instructionSet: InstructionSet = .running) {
    self.threads = min(max(threads, 1), Self.maximumThreads)
    self.instructionSet = instructionSet
  }

  /// The same with another number of threads.
  public static func threads(_ count: Int) -> Execution { Execution(threads: count) }
}
