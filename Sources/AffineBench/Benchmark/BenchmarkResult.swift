internal import AffineQuant

/// How long one operation took, as `affine bench --format json` writes it.
public struct BenchmarkResult: Codable, Sendable, Hashable {
  /// The operation's name, as the command takes it.
  public let operation: String
  /// The names of the operands' types.
  public var weights, activations: String
  /// Rows of the activations, the contracted extent, and rows of the weight.
  public let m, k, n: Int
  /// Threads that calls could use.
  public let threads: Int
  /// Callers at the same time, each on so many threads; null stands for one.
  @Nullable public internal(set) var callers: Int?
  /// The most that kernels could use, where that was less than the machine has; null stands for all of it.
  @Nullable public internal(set) var instructionSet: String?
  /// What floats were multiplied as; null stands for float32.
  @Nullable public internal(set) var precision: String?
  /// The kernel that does the work; null where it is more than a kernel.
  @Nullable public internal(set) var kernel: String?
  /// How often a call splits its work among threads, each time with a wait for all: 0 on one thread, and with little
  /// work; null where it was not counted.
  @Nullable public internal(set) var regions: Int?
  /// Of one call: the median over all of them.
  public let medianSeconds: Double
  /// Of the shortest call.
  public let minimumSeconds: Double
  /// Calls that were timed.
  public let samples: Int
  /// The medians of rounds of calls, in their order: how far they lie apart is what the machine did meanwhile.
  @Nullable public internal(set) var roundMedianSeconds: [Double]?
  /// Billions of operations a second; of elements where one operand is converted.
  public let gops: Double
  /// Of the operands and the result, and of sums of codes in groups, which zero points and biases of activations multiply.
  public let gigabytesPerSecond: Double
  /// Read and written, of copying as many bytes.
  @Nullable public internal(set) var copyGigabytesPerSecond: Double?
  /// Of a loop that only reads as many bytes: what a product of one row can be at most. Null for what moves
  /// memory.
  @Nullable public internal(set) var readGigabytesPerSecond: Double?
  /// The time of that loop by that of the call.
  @Nullable public internal(set) var fractionOfReading: Double?
  /// Of the same instructions on registers alone; null where no such loop is written.
  @Nullable public internal(set) var peakGops: Double?
  /// The same where sums become floats once in each slice of a product of codes, as scales of groups ask for; null
  /// where they do so once, and where no such loop is written.
  @Nullable public internal(set) var foldedPeakGops: Double?
  /// Of the peak, or of the copy for what moves memory.
  @Nullable public internal(set) var fractionOfPeak: Double?
}

extension BenchmarkResult {
  /// What is the same in two runs of one benchmark.
  public struct Key: Hashable, Sendable {
    /// The names of the operation and of the operands' types.
    public let operation, weights, activations: String
    /// The extents, the threads that calls could use, and callers at the same time.
    public let m, k, n, threads, callers: Int
    /// What floats were multiplied as.
    public let precision: String
    /// What kernels were held to: none where they could use all that a machine has, of two machines too.
    public let instructionSet: String?
  }

  /// What was timed.
  public var key: Key {
    Key(
      operation: operation, weights: weights, activations: activations, m: m, k: k, n: n,
      threads: threads, callers: callers ?? 1, precision: precision ?? "float32",
      instructionSet: instructionSet)
  }

  /// Between the shortest and the longest of the rounds' medians.
  public var spread: ClosedRange<Double> {
    let medians = roundMedianSeconds ?? [medianSeconds]
    return (medians.min() ?? medianSeconds)...(medians.max() ?? medianSeconds)
  }

  /// What ``gops`` counts: elements where one operand is converted or moments are updated.
  package var unit: String {
    let convertsOne = MatrixOperation(rawValue: operation).map { !$0.isProduct } ?? false
    return convertsOne || operation == "optimizer-step" ? "G elements/s" : "GOP/s"
  }

  /// What the roofs allow: the least of the peak, with folds where there are some, and of what reading feeds, or a
  /// copy where memory is moved, in GOP/s.
  public var roof: Double? {
    let fed = (readGigabytesPerSecond ?? copyGigabytesPerSecond).map {
      $0 * gops / gigabytesPerSecond
    }
    return [foldedPeakGops ?? peakGops, fed].compactMap(\.self).min()
  }

  /// The time by that of an older run, and whether all rounds of one took longer than all of the other: if
  /// nothing changed, five against five do so once in 126 comparisons.
  public func compared(with older: BenchmarkResult) -> (ratio: Double, isChange: Bool) {
    (medianSeconds / older.medianSeconds, !spread.overlaps(older.spread))
  }
}

extension BenchmarkResult: CustomStringConvertible {
  /// One line.
  public var description: String {
    let roof = peakGops.map { "\(Self.short($0)) GOP/s" } ?? "a copy's bandwidth"
    let part = fractionOfPeak.map { ", \(Self.short(100 * $0)) % of \(roof)" } ?? ""
    let folded = foldedPeakGops.map { " (\(Self.short(100 * gops / $0)) % with its folds)" } ?? ""
    let read = fractionOfReading.map { ", \(Self.short(100 * $0)) % of reading" } ?? ""
    let others = callers.map { ", \($0) callers" } ?? ""
    let split = regions.map { $0 == 0 ? "" : $0 == 1 ? ", 1 region" : ", \($0) regions" } ?? ""
    let rounded = precision.map { $0 == "float32" ? "" : " in \($0)" } ?? ""
    return
      "\(operation) \(activations) × \(weights)\(rounded), m \(m) k \(k) n \(n), \(threads) threads\(split)\(others): "
      + "median \(Self.short(medianSeconds * 1e3)) ms of \(samples), \(Self.short(gops)) \(unit)\(part)\(folded), "
      + "\(Self.short(gigabytesPerSecond)) GB/s\(read)" + (kernel.map { " (\($0))" } ?? "")
  }

  /// Three digits or so.
  private static func short(_ value: Double) -> String {
    let unit = value < 1 ? 1000.0 : value < 100 ? 100 : 1
    return "\((value * unit).rounded() / unit)"
  }
}
