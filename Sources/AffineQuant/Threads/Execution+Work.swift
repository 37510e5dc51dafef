extension Execution {
  /// What a thread should have to do, in nanoseconds: calling a second one and waiting for it takes 1.5 to 3
  /// microseconds, of which work of twice this saves as much. Products of 128² to 1024² weights, 1 to 32 rows, on one
  /// thread and on two (Zen 4): see Measurements.
  private static let nanosecondsOfThread = 2_750.0

  /// Threads to call for work that takes one thread so many nanoseconds.
  func threads(worth nanoseconds: Double) -> Int {
    Int(min(Double(threads), max(nanoseconds / Self.nanosecondsOfThread, 1)))
  }
}
