import AffineBench
import AffineModels
import AffineQuant

/// What a model loses in each of many ways, as scripts read it.
struct QuantizationComparison: Encodable {
  /// What a model is worth.
  enum Score {
    case perplexity(Double)
    case cosines(Cosines)
  }

  struct Row: Encodable {
    let weights, method, activations: String
    /// Of a language model.
    @Nullable var perplexity: Double?
    /// The difference to the model that was read, of the logarithms.
    @Nullable var lossIncrease: Double?
    /// Of an encoder.
    @Nullable var cosines: Cosines?
    /// Of the linear layers' weights.
    let bytes: Int
    @Nullable var outputError: Double?
    let quantizationSeconds, judgingSeconds: Double
  }

  let model: String
  /// Of all texts that the model was judged by.
  var tokens = 0
  let calibrationTokens: Int
  /// Tokens of a window; null for an encoder.
  @Nullable var context: Int?
  private(set) var rows: [Row] = []

  init(model: String, calibrationTokens: Int) {
    self.model = model
    self.calibrationTokens = calibrationTokens
    context = nil
  }

  /// Judges the model before it is quantized.
  mutating func addFloat<Model: QuantizableModel>(
    _ model: Model, judge: (Model) throws -> Score
  ) throws {
    try addRow(("float32", "-", "float32"), model, outputError: 0, seconds: 0, judge)
  }

  /// Quantizes a model in one way, and judges it.
  mutating func add<Model: QuantizableModel>(
    _ variant: QuantizationVariant, to float: Model, _ progress: Progress,
    quantize: (MethodChoice, QuantizationPlan) throws -> (Model, ModelQuantizationReport?),
    judge: (Model) throws -> Score
  ) throws {
    progress.show(variant.label)
    let start = ContinuousClock.now
    var (model, report): (Model, ModelQuantizationReport?) = (float, nil)
    switch variant.method {
    case .choice(let choice):
      (model, report) = try quantize(
        choice, QuantizationPlan(variant.type, inputs: variant.inputs))
    case .outliers(let threshold): try model.separateOutliers(from: threshold, as: variant.type)
    }
    let seconds = start.duration(to: .now).inSeconds
    progress.show("\(variant.label): judging")
    try addRow(
      (variant.type.name, variant.methodText, variant.inputs?.name ?? "float32"), model,
      outputError: report?.outputError, seconds: seconds, judge)
  }

  private mutating func addRow<Model: QuantizableModel>(
    _ names: (weights: String, method: String, activations: String), _ model: Model,
    outputError: Double?, seconds: Double, _ judge: (Model) throws -> Score
  ) throws {
    let start = ContinuousClock.now
    var (perplexity, increase, cosines): (Double?, Double?, Cosines?)
    switch try judge(model) {
    case .perplexity(let value):
      perplexity = value
      increase = FloatFunctions.logarithm(value / (rows.first?.perplexity ?? value))
    case .cosines(let value): cosines = value
    }
    rows.append(
      Row(
        weights: names.weights, method: names.method, activations: names.activations,
        perplexity: perplexity, lossIncrease: increase, cosines: cosines,
        bytes: model.linearByteCount, outputError: outputError, quantizationSeconds: seconds,
        judgingSeconds: start.duration(to: .now).inSeconds))
  }

  /// A line a way.
  var table: TextTable {
    let isEncoder = rows.contains { $0.cosines != nil }
    let scores =
      isEncoder
      ? ["least", "1 %", "5 %", "median"] : ["perplexity", "loss increase", "output error"]
    var table = TextTable(["weights", "method", "activations"] + scores + ["bytes", "seconds"])
    for row in rows {
      let found: [String] =
        if let cosines = row.cosines {
          [cosines.least, cosines.onePercent, cosines.fivePercent, cosines.median].map {
            $0.fixed(5)
          }
        } else {
          [
            row.perplexity.map { $0.fixed(3) } ?? "-",
            row.lossIncrease.map { $0.fixed(4, signed: true) } ?? "-",
            row.outputError.map { $0.fixed(4) } ?? "-",
          ]
        }
      table.rows.append(
        [row.weights, row.method, row.activations] + found
          + ["\(ByteCount(row.bytes))", row.quantizationSeconds.short])
    }
    return table
  }
}

/// How near the rows of a matrix come to those of another.
struct Cosines: Encodable {
  let least: Double
  /// What 1 and 5 of 100 rows have at most.
  let onePercent, fivePercent: Double
  let median: Double
  let count: Int

  init(of found: Matrix<Float>, _ reference: Matrix<Float>) {
    precondition(found.shape == reference.shape && found.shape.rows > 0)
    let cosines = (0..<found.shape.rows).map { row in
      var (dot, x, y) = (0.0, 0.0, 0.0)
      for column in 0..<found.shape.columns {
        let (u, v) = (Double(found[row, column]), Double(reference[row, column]))
        dot += u * v
        x += u * u
        y += v * v
      }
      return dot / (x * y).squareRoot()
    }.sorted()
    count = cosines.count
    least = cosines[0]
    (onePercent, fivePercent) = (cosines[count / 100], cosines[count / 20])
    median = cosines[count / 2]
  }
}
