import AffineTraining
import ArgumentParser

/// Which runs a sweep has.
struct SweepOptions: ParsableArguments {
  private static let standard = SweepGrid()

  @Option(help: "Widths of models, divided by commas; heads have 16 columns.")
  var widths = Numbers(standard.widths)
  @Option(help: "Steps of runs in float32.") var steps = Numbers(standard.steps)
  @Option(help: "Seeds of runs in float32.") var seeds = standard.seeds
  @Option(help: "Widths of models that are trained in few bits too.")
  var quantizedWidths = Numbers(standard.quantizedWidths)
  @Option(help: "Steps of runs in few bits.") var quantizedSteps = Numbers(standard.quantizedSteps)
  @Option(help: "Seeds of runs in few bits.") var quantizedSeeds = standard.quantizedSeeds
  @Option(help: "Bits of runs in few bits, 2 to 8.") var bits = Numbers(standard.bits)
  @Option(help: "What has these bits: weights, activations, cache, all.")
  var operands = Operands(values: standard.operands)
  @Option(help: "Bits that weights are rounded to after training, 2 to 8.")
  var postBits = Numbers(SweepSettings().postBits)
  @Option(help: "Blocks of a model.") var layers = standard.layers
  @Option(help: "Windows of a step.") var batch = SweepSettings().batch
  @Option(help: "Tokens of a window.") var context = SweepSettings().context
  @Option(help: "The largest learning rate at width 16; it falls with the root of the width.")
  var learningRate = SweepSettings().learningRate
  @Option(help: "Windows that a loss is the mean of.")
  var validationWindows = SweepSettings().validationWindows

  func validate() throws {
    for (name, values, range) in [
      ("widths", widths.values, 1...1 << 14), ("steps", steps.values, 1...1 << 24),
      ("quantized-widths", quantizedWidths.values, 1...1 << 14),
      ("quantized-steps", quantizedSteps.values, 1...1 << 24), ("bits", bits.values, 2...8),
      ("post-bits", postBits.values, 2...8), ("seeds", [seeds, quantizedSeeds], 0...1000),
      ("layers", [layers], 1...1000), ("batch", [batch], 1...1 << 14),
      ("context", [context], 1...1 << 14), ("validation-windows", [validationWindows], 1...1 << 20),
    ] {
      for value in values where !range.contains(value) {
        throw ValidationError(
          "--\(name) must lie in \(range.lowerBound)...\(range.upperBound), not be \(value)")
      }
    }
    guard learningRate > 0, learningRate.isFinite else {
      throw ValidationError("--learning-rate must be a number above 0, not \(learningRate)")
    }
  }

  var grid: SweepGrid {
    var grid = SweepGrid()
    (grid.widths, grid.steps, grid.seeds) = (widths.values, steps.values, seeds)
    (grid.quantizedWidths, grid.quantizedSteps) = (quantizedWidths.values, quantizedSteps.values)
    grid.quantizedSeeds = quantizedSeeds
    (grid.bits, grid.operands, grid.layers) = (bits.values, operands.values, layers)
    return grid
  }

  var settings: SweepSettings {
    var settings = SweepSettings()
    (settings.batch, settings.context) = (batch, context)
    (settings.learningRate, settings.validationWindows) = (learningRate, validationWindows)
    settings.postBits = postBits.values
    return settings
  }
}

/// Whole numbers divided by commas; an empty text is none.
struct Numbers: ExpressibleByArgument {
  let values: [Int]

  init(_ values: [Int]) { self.values = values }

  init?(argument: String) {
    let values = argument.split(separator: ",").map { Int($0) }
    guard values.allSatisfy({ $0 != nil }) else { return nil }
    self.values = values.compactMap(\.self)
  }

  var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

/// Operands divided by commas.
struct Operands: ExpressibleByArgument {
  let values: [SweepGrid.Operand]

  init(values: [SweepGrid.Operand]) { self.values = values }

  init?(argument: String) {
    let values = argument.split(separator: ",").map { SweepGrid.Operand(rawValue: String($0)) }
    guard values.allSatisfy({ $0 != nil }) else { return nil }
    self.values = values.compactMap(\.self)
  }

  var defaultValueDescription: String { values.map(\.rawValue).joined(separator: ",") }
}
