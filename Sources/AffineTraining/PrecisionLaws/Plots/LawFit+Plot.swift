public import AffinePlots

extension LawFit {
  /// What the law says against what was measured: a perfect law puts every dot on the line.
  public var plot: LinePlot {
    let ends = residuals.flatMap { [$0.row.loss, $0.predicted] }
    let (least, most) = (ends.min() ?? 0, ends.max() ?? 1)
    var curves = [PlotCurve("equal", [(least, least), (most, most)])]
    for kind in LawRow.Kind.allCases {
      let points = residuals.filter { $0.row.kind == kind }
        .map { (x: $0.row.loss, y: $0.predicted) }
      if points.isEmpty { continue }
      curves.append(PlotCurve(kind.rawValue, points, marks: .points))
    }
    return LinePlot(
      "A law against its rows", x: PlotAxis("measured loss, nats a token"),
      y: PlotAxis("loss of the law"), curves: curves)
  }
}

extension LawRow {
  /// What is in few bits.
  enum Kind: String, CaseIterable {
    /// First, and so below the others: there are most of them.
    case rounded = "rounded after training"
    case float
    case weights
    case activations
    case cache
    case several = "several parts"
  }

  var kind: Kind {
    if postBits != nil { return .rounded }
    let parts = precision.named.filter { $0.bits != nil }
    switch parts.count {
    case 0: return .float
    case 1:
      return parts[0].name == "weightBits"
        ? .weights : parts[0].name == "cacheBits" ? .cache : .activations
    default: return .several
    }
  }
}
