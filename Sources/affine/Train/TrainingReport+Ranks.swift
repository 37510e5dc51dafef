import AffineDistributed
import AffineQuant
import AffineTraining

extension TrainingReport.Run.Ranks {
  /// Gathers it, on all ranks.
  init(_ exchange: GradientExchange, _ times: StepTimes) throws {
    let (options, traffic) = (exchange.options, exchange.traffic)
    let steps = max(traffic.steps, 1)
    count = exchange.size
    self.exchange = options.exchange.rawValue
    errorFeedback = options.feedsBackErrors && options.exchange != .float32
    fixedOrder = options.isFixedOrder
    shardOptimizer = options.shardsOptimizer
    shardWeights = options.shardsWeights
    gather = options.shardsWeights ? options.gather.rawValue : nil
    gradientBytes = traffic.gradientBytes / steps
    float32GradientBytes = traffic.float32GradientBytes / steps
    parameterBytes = traffic.parameterBytes / steps
    seconds = Seconds(times)
    let size = exchange.size
    func gathered(_ value: Double) throws -> [Double] {
      try exchange.gathered((0..<size).map { $0 == exchange.rank ? value : 0 })
    }
    waiting = try gathered(times.waiting / .seconds(1))
    peakResidentBytes = try gathered(Double(ResidentMemory.peakBytes)).map { Int($0) }
  }

  /// `4 ranks int8`.
  var name: String {
    let rounds = exchange != "float32"
    let parts = [
      "\(count) rank\(count == 1 ? "" : "s")", rounds ? exchange : nil,
      rounds && !errorFeedback ? "without error feedback" : nil,
      fixedOrder ? "in a fixed order" : nil, shardOptimizer == true ? "optimizer sharded" : nil,
      gather.map { "weights sharded, gathered in \($0)" },
    ]
    return parts.compactMap(\.self).joined(separator: " ")
  }
}

extension TrainingReport.Run {
  /// What the first rank sent, if there were others.
  var traffic: String? {
    guard let ranks, ranks.count > 1 else { return nil }
    let part = Double(ranks.gradientBytes) / Double(max(ranks.float32GradientBytes, 1))
    let parameters =
      ranks.parameterBytes > 0 ? ", \(ByteCount(ranks.parameterBytes)) of parameters" : ""
    let cost =
      ranks.fixedOrder ? "; the fixed order takes a backward pass for every window" : ""
    let times = ranks.seconds.map { "; of a step \($0.words)" } ?? ""
    return "\(name): the first rank sent \(ByteCount(ranks.gradientBytes)) of gradients a step "
      + "(\(part.fixed(3)) of float32)\(parameters)\(times)\(cost)"
  }
}

extension TrainingReport.Run.Ranks.Seconds {
  init(_ times: StepTimes) {
    passes = times.passes / .seconds(1)
    coding = times.coding / .seconds(1)
    waiting = times.waiting / .seconds(1)
    optimizer = times.optimizer / .seconds(1)
    sharing = times.sharing / .seconds(1)
  }

  fileprivate var words: String {
    func ms(_ seconds: Double) -> String { "\((seconds * 1000).fixed(1)) ms" }
    return "\(ms(passes)) of passes, \(ms(coding)) of coding gradients, \(ms(waiting)) of waiting, "
      + "\(ms(optimizer)) of the optimizer, \(ms(sharing)) of sharing parameters"
  }
}
