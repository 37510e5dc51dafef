import AffineFormats
import AffineLayers
import AffinePlots
import AffineTraining

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `affine train` prints: one entry a run.
struct TrainingReport: Codable {
  struct Run: Codable {
    struct Bytes: Codable {
      let weights, optimizer, gradients, activations: Int
      /// Of the weights: those that a recipe rounds anew for every product.
      var masterWeights: Int?
    }

    let recipe: String
    /// The rule of the optimizer and the format of its moments.
    let optimizer, moments: String
    let seed: UInt64
    let parameters: Int
    /// What a loss is the mean of, if no tokens are foreseen: `pairs`.
    var unit: String?
    let trainingLoss: Double
    let validationLoss: Double?
    let curve, validation: [[Double]]
    let tokensPerSecond: Double
    let bytes: Bytes
    /// The rank of adapters, and what the frozen weights beside them are kept as, if it is not floats.
    var adapterRank: Int?
    var base: String?
    /// The most that the process had in memory until the run's end, with its export and those of runs before it.
    var peakResidentBytes: Int?
    /// What the first of several ranks sent, or one that exchanges with itself.
    var ranks: Ranks?
    /// What windows made of documents; reports of texts lack it.
    var documents: TokenCorpus.Documents?
    /// What the export lost by merging adapters into weights in codes.
    var merging: Merging?
    /// A GGUF file that was exported.
    var export: Export?

    struct Merging: Codable {
      /// Losses on the text that training does not see.
      let before, after: Double
    }

    struct Export: Codable {
      let file: String
      /// Of the whole file, and of that which training started from.
      let bytes: Int
      let bytesBefore: Int?
      /// How many tensors there are of each type.
      let types: [String: Int]
    }

    struct Ranks: Codable {
      let count: Int
      let exchange: String
      let errorFeedback, fixedOrder: Bool
      /// Reports of before they had these names lack them.
      var shardOptimizer, shardWeights: Bool?
      /// How weights travel to layers, where ranks divide them.
      var gather: String?
      /// Of one rank in one step: bytes sent of gradients, of the same in float32, and of parameters.
      let gradientBytes, float32GradientBytes, parameterBytes: Int
      /// Where the time of a step went on this rank, but for the first step; reports of before it was taken lack it.
      var seconds: Seconds?
      /// Of each rank: seconds of a step in which it waited, and the most memory of its process before the export. The rank that waits
      /// least is the one that the others wait for.
      var waiting: [Double]?
      var peakResidentBytes: [Int]?

      struct Seconds: Codable {
        let passes, coding, waiting, optimizer, sharing: Double
      }
    }

    /// The recipe, and what else is not as usual.
    var name: String { name(withBase: true) }

    /// The name of the run with floats as frozen weights, if these are in another format.
    var nameWithFloats: String? { base == nil ? nil : name(withBase: false) }

    private func name(withBase: Bool) -> String {
      let unusual = [
        adapterRank.map { "adapter rank \($0)" }, withBase ? base : nil,
        optimizer == "adamw" ? nil : optimizer, moments == "float32" ? nil : moments, ranks?.name,
      ]
      return ([recipe] + unusual.compactMap(\.self)).joined(separator: " + ")
    }
  }

  let runs: [Run]

  /// Reads what was written.
  init(contentsOf path: String) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let text = try affine.text(of: path)
    guard let report = try? decoded(Self.self, from: text, by: decoder),
      report.runs.allSatisfy({ ($0.curve + $0.validation).allSatisfy { $0.count == 2 } })
    else { throw Failure("'\(path)' holds no runs that affine train wrote") }
    self = report
  }

  init(_ runs: [Run]) { self.runs = runs }

  /// The runs by name, in the order of their first.
  var recipes: [(name: String, runs: [Run])] {
    var order: [String] = []
    for run in runs where !order.contains(run.name) { order.append(run.name) }
    return order.map { name in (name, runs.filter { $0.name == name }) }
  }

  /// The loss curves, the one of float32 first.
  var plot: LinePlot {
    let first = recipes.filter { $0.name == "float32" }
    let rest = recipes.filter { $0.name != "float32" }
    // Reports of earlier runs may stand beside.
    let units = runs.map { $0.unit == nil ? "token" : "pair of texts" }
    return LinePlot(
      "Training loss", x: PlotAxis("step"),
      y: PlotAxis(Set(units).sorted().map { "nats a \($0)" }.joined(separator: ", ")),
      curves: (first + rest).map { name, runs in
        PlotCurve(name, runs[0].curve.map { (x: $0[0], y: $0[1]) })
      }, smoothing: 0.95)
  }

  /// The difference of a run to another with the same seed, float32 if no other is named.
  func difference(_ run: Run, to name: String = "float32") -> Double? {
    let reference = runs.first { $0.name == name && $0.seed == run.seed }
    guard let loss = run.validationLoss, let other = reference?.validationLoss else { return nil }
    return loss - other
  }
}

extension TrainingReport.Run {
  init(_ record: TrainingRecord, _ trainer: Trainer) {
    recipe = record.recipe
    optimizer = trainer.settings.optimizer.kind.rawValue
    moments = trainer.settings.optimizer.moments.name
    seed = record.seed
    parameters = trainer.model.parameterCount
    unit = trainer.corpus.identity.unit == "pairs" ? "pairs" : nil
    documents = (trainer.corpus as? TokenCorpus)?.documents
    trainingLoss = record.trainingLoss
    validationLoss = record.validationLoss
    curve = record.curve.map { [Double($0.step), $0.loss] }
    validation = record.validation.map { [Double($0.step), $0.loss] }
    tokensPerSecond = record.tokensPerSecond
    bytes = Bytes(
      weights: record.bytes.weights, optimizer: record.bytes.optimizer,
      gradients: record.bytes.gradients, activations: record.bytes.activations,
      masterWeights: record.bytes.masterWeights)
  }
}
