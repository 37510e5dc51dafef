internal import AffineFormats
public import AffinePlots

extension PrecisionLaw {
  /// What rounding after training adds to the loss of models trained in float, over tokens a parameter:
  /// dots are rows, lines the law, a colour a size.
  ///
  /// - Parameters:
  ///   - rows: Measured losses, before and after rounding.
  ///   - bits: Bits after training.
  /// - Returns: The plot; what rounding did not make worse has no place on it, and is counted.
  public func degradationPlot(_ rows: [LawRow], bits: Double) -> LinePlot {
    var unrounded: [ByteName: [Double]] = [:]
    for row in rows where row.postBits == nil {
      unrounded[ByteName(row.key), default: []].append(row.loss)
    }
    let rounded = rows.filter { $0.postBits == bits && $0.precision == .float }
    var (dots, lines): ([PlotCurve], [PlotCurve]) = ([], [])
    for (place, size) in Set(rounded.map(\.parameters)).sorted().enumerated() {
      let own = rounded.filter { $0.parameters == size }
      let points = own.compactMap { row -> (x: Double, y: Double)? in
        guard let losses = unrounded[ByteName(row.key)] else { return nil }
        let before = losses.reduce(0, +) / Double(losses.count)
        return (row.tokens / size, row.loss - before)
      }
      dots.append(
        PlotCurve("\(Self.count(size)) parameters", points, marks: .points, colour: place))
      let line = Set(own.map(\.tokens)).sorted().compactMap { tokens -> (x: Double, y: Double)? in
        let added = try? predict(parameters: size, tokens: tokens, postBits: bits).degradation
        return added.map { (tokens / size, $0) }
      }
      lines.append(PlotCurve("", line, colour: place))
    }
    return LinePlot(
      "Weights rounded to \(Self.count(bits)) bits after training",
      x: PlotAxis("tokens a parameter", isLogarithmic: true),
      y: PlotAxis("added loss, nats a token", isLogarithmic: true), curves: dots + lines)
  }

  /// Loss over tokens of a model of one size, as it is and rounded after training: where a line turns
  /// up, more training makes the rounded model worse.
  ///
  /// - Parameters:
  ///   - parameters: Parameters without embeddings.
  ///   - tokens: From where to where.
  ///   - precision: Bits in training.
  ///   - postBits: Bits after training, a line each.
  /// - Returns: The plot.
  public func roundingPlot(
    parameters: Double, tokens: ClosedRange<Double>, precision: LawPrecision = .float,
    postBits: [Double]
  ) -> LinePlot {
    let (low, high) = (tokens.lowerBound.logarithm, tokens.upperBound.logarithm)
    let places = (0...200).map { (low + (high - low) * Double($0) / 200).exponential }
    let curves = ([nil] + postBits.map(Optional.some)).map { bits in
      PlotCurve(
        bits.map { "\(Self.count($0)) bits" } ?? "not rounded",
        places.compactMap { tokens in
          let prediction = try? predict(
            parameters: parameters, tokens: tokens, precision: precision, postBits: bits)
          return prediction.map { (x: tokens, y: $0.loss) }
        })
    }
    return LinePlot(
      "Rounded after training: \(Self.count(parameters)) parameters",
      x: PlotAxis("tokens of training", isLogarithmic: true), y: PlotAxis("loss, nats a token"),
      curves: curves)
  }

  /// The least loss that a budget pays for over bits in training, if cost follows bits.
  ///
  /// - Parameter budget: What there is, and what is settled.
  /// - Returns: The plot.
  public func budgetPlot(_ budget: LawBudget) -> LinePlot {
    var budget = budget
    budget.bits = (0...240).map { 1 + Double($0) / 16 }
    budget.cost = .bits
    let choices = (try? plan(budget))?.choices ?? []
    let points = choices.compactMap { choice in
      choice.precision.named.compactMap(\.bits).first.map { (x: $0, y: choice.prediction.loss) }
    }
    // Where hardly anything is left of a model, its loss hides the rest.
    let least = points.map(\.y).min() ?? 0
    let near = points.filter { $0.y - irreducible <= 2 * (least - irreducible) }
    return LinePlot(
      "Trained in few bits: \(Self.count(budget.amount)) operations",
      x: PlotAxis("bits in training"),
      y: PlotAxis("least loss, nats a token"), curves: [PlotCurve("", near)])
  }

  /// Three digits or so: 3, 16.9k, 2.2e+09.
  static func count(_ value: Double) -> String {
    guard value.magnitude >= 1e4 else {
      return value == value.rounded() ? "\(Int(value))" : "\((value * 100).rounded() / 100)"
    }
    let (unit, name) = value < 1e6 ? (1e3, "k") : value < 1e9 ? (1e6, "M") : (1e9, "G")
    guard value < 1e12 else { return "\(value)" }
    let part = (value / unit * 10).rounded() / 10
    return (part == part.rounded() ? "\(Int(part))" : "\(part)") + name
  }
}
