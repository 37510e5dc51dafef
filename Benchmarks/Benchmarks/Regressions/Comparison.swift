/// Work and its calibration, timed in turn in one process, so that a slower machine slows both.
struct Comparison {
  private let calibration: () throws -> Void
  private let work: [() throws -> Void]
  private let calibrationRuns, workRuns: Int

  /// Long enough that reading the clock counts for little, short enough that on a machine with
  /// other users many samples are over before another process gets the core.
  private static let sample = Duration.microseconds(500)
  private static let pairs = 60
  /// Operands at so many addresses: where a process happened to put them made 20 % of some times.
  private static let placements = 4

  /// Runs both until they are warm, and finds how often each fits into a sample.
  init(_ calibration: Calibration, _ prepare: () throws -> () throws -> Void) throws {
    self.calibration = calibration.prepared()
    work = try (0..<Self.placements).map { _ in try prepare() }
    calibrationRuns = try Self.runsInSample(of: self.calibration)
    workRuns = try Self.runsInSample(of: work[0])
  }

  /// The quickest run of the work by the quickest of the calibration: what disturbs only adds, and
  /// with medians a machine whose cores are all taken made times that differed by half.
  func ratio() throws -> Double {
    var (unit, time) = (Double.infinity, Double.infinity)
    for pair in 0..<Self.pairs {
      unit = min(unit, try Self.seconds(calibrationRuns, calibration))
      time = min(time, try Self.seconds(workRuns, work[pair % work.count]))
    }
    return time / unit
  }

  /// Doubles the count until the quickest of five lasts, which warms up too.
  private static func runsInSample(of work: () throws -> Void) rethrows -> Int {
    var count = 1
    while true {
      let times = try (0..<5).map { _ in try seconds(count, work) * Double(count) }
      if times.allSatisfy({ $0 >= sample / .seconds(1) }) { return count }
      count *= 2
    }
  }

  /// Seconds of one run, of so many.
  private static func seconds(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
    let elapsed = try ContinuousClock().measure { for _ in 0..<count { try work() } }
    return elapsed / .seconds(1) / Double(count)
  }
}
