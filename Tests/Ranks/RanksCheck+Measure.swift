import AffineDistributed
import AffineQuant

extension RanksCheck {
  /// Prints, as JSON, what exchanges cost on this machine: for an estimate of others.
  static func measure(_ ranks: any Communicator) throws {
    let message = Buffer([UInt8](repeating: 0, count: 8 * ranks.size))
    let small = try seconds(of: 200, ranks) { _ = try ranks.startExchange(message).wait() }
    let part = Buffer([UInt8](repeating: 1, count: (1 << 20) * ranks.size))
    let large = try seconds(of: 20, ranks) { _ = try ranks.startExchange(part).wait() }
    var lines = [
      "\"ranks\": \(ranks.size)", "\"secondsOfSmallExchange\": \(small)",
      "\"bytesPerSecond\": \(Double((ranks.size - 1) << 20) / large)",
    ]
    let gradient = Matrix<Float>(rows: 1024, columns: 4096) {
      Float(($0 * 31 + $1 * 7) % 201 - 100)
    }
    for format in ExchangeFormat.allCases {
      var options = ExchangeOptions()
      options.exchange = format
      let exchange = GradientExchange(ranks, options)
      var step = 0
      let time = try seconds(of: 5, ranks) {
        exchange.begin([gradient.shape], step: step, seed: 0, on: .threads(1))
        try exchange.add(gradient, of: 0)
        _ = try exchange.finish()
        step += 1
      }
      let traffic = exchange.traffic
      lines += [
        "\"\(format)SecondsPerValue\": \(time / Double(gradient.shape.count))",
        "\"\(format)BytesPerValue\": \(4 * Double(traffic.gradientBytes) / Double(max(traffic.float32GradientBytes, 1)))",
      ]
    }
    if ranks.rank == 0 { print("{\(lines.joined(separator: ", "))}") }
    _ = try ranks.leave("", patience: nil)
  }

  /// The mean time of a call, after one to warm up.
  private static func seconds(
    of count: Int, _ ranks: any Communicator, _ body: () throws -> Void
  ) throws -> Double {
    try body()
    try ranks.barrier()
    let start = ContinuousClock.now
    for _ in 0..<count { try body() }
    return (ContinuousClock.now - start) / .seconds(1) / Double(count)
  }
}
