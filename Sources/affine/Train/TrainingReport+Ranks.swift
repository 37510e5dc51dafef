import AffineDistributed

extension TrainingReport.Run.Ranks {
  init(_ exchange: GradientExchange) {
    let (options, traffic) = (exchange.options, exchange.traffic)
    let steps = max(traffic.steps, 1)
    count = exchange.size
    self.exchange = options.format.rawValue
    errorFeedback = options.feedsBackErrors && options.format != .float32
    fixedOrder = options.isFixedOrder
    shardedOptimizer = options.shardsOptimizer
    gather = options.shardsParameters ? options.weightFormat.rawValue : nil
    gradientBytes = traffic.gradientBytes / steps
    float32GradientBytes = traffic.float32Bytes / steps
    parameterBytes = traffic.parameterBytes / steps
    waited = traffic.waited / .seconds(1) / Double(steps)
  }

  /// `4 ranks int8`.
  var name: String {
    let rounds = exchange != "float32"
    let parts = [
      "\(count) rank\(count == 1 ? "" : "s")", rounds ? exchange : nil,
      rounds && !errorFeedback ? "without error feedback" : nil,
      fixedOrder ? "in a fixed order" : nil, shardedOptimizer ? "sharded" : nil,
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
    return "\(name): the first rank sent \(ByteCount(ranks.gradientBytes)) of gradients a step "
      + "(\(part.fixed(3)) of float32)\(parameters), and waited \((ranks.waited * 1000).fixed(1)) ms for "
      + "them after the backward pass\(cost)"
  }
}
