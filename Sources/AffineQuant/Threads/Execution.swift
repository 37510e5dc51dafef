internal import AffineKernels

/// How a call runs: on how many threads, with which instruction sets and kernels, and in which precision.
public struct Execution: Sendable, Hashable {
  /// Threads to use at most, 1 to 256; a call with little work uses fewer. Results do not depend on it.
  ///
  /// A count below 1 becomes 1, one above 256 becomes 256.
  public var threads: Int { didSet { threads = Self.clamped(threads) } }
  /// What kernels may use of the CPU; what the CPU lacks is not used.
  public var instructionSet: InstructionSet
  /// What floats, and codes that meet floats, are multiplied as.
  public var precision = Precision.float32
  /// Kernels that are tried before those of the library, in this order.
  public var added: [AddedKernel] = []
  /// What notes which kernels run; `nil`: nothing does.
  public var record: KernelRecord?

  /// As many threads as the environment variable `AFFINE_THREADS` says, else one for each physical core
  /// that this process may use and its container's quota pays for; and all that the CPU has.
  ///
  /// The variable is read once. What is no whole number from 1 to 256 in plain digits, such as `0` or `2x`,
  /// counts as not set, since nothing here could throw; the command refuses it.
  public static let standard = Execution(
    threads: unsafe aq_requested_threads().map { unsafe String(cString: $0) }
      .flatMap(threads(named:)) ?? coreCount)

  /// Physical cores that this process may use and its container's quota pays for.
  package static let coreCount = clamped(Int(aq_core_count()))

  /// How many threads can be asked for.
  package static let threadCounts = 1...ThreadPool.maximumThreads

  private static func clamped(_ count: Int) -> Int {
    min(max(count, threadCounts.lowerBound), threadCounts.upperBound)
  }

  /// The threads that a value of `AFFINE_THREADS` asks for; `nil` of what is no such value.
  package static func threads(named text: String) -> Int? {
    guard let count = Int(text), "\(count)" == text, count == clamped(count) else { return nil }
    return count
  }

  /// A thread count below 1 counts as 1, one above 256 as 256.
  public init(threads: Int, instructionSet: InstructionSet = .running) {
    self.threads = Self.clamped(threads)
    self.instructionSet = instructionSet
  }

  /// The standard one with products in another precision.
  public init(precision: Precision) {
    self = .standard
    self.precision = precision
  }

  /// The same with another number of threads.
  public static func threads(_ count: Int) -> Execution { Execution(threads: count) }
}
