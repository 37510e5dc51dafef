/// The runs of a sweep.
public struct SweepGrid: Sendable, Hashable {
  /// What the bits of a run apply to.
  public enum Operand: String, Sendable, Hashable, CaseIterable {
    /// One of the three, or all.
    case weights, activations, cache, all
  }

  /// Widths of models; heads have 16 columns.
  public var widths = [16, 24, 32, 48, 64]
  /// Blocks of a model.
  public var layers = 2
  /// Steps of runs in float32.
  public var steps = [512, 1024, 2048, 4096, 8192]
  /// Seeds of runs in float32.
  public var seeds = 2
  /// Widths of models that are trained in few bits too.
  public var quantizedWidths = [16, 32, 48]
  /// Steps of runs in few bits.
  public var quantizedSteps = [1024, 4096]
  /// Seeds of runs in few bits.
  public var quantizedSeeds = 2
  /// Bits of runs in few bits.
  public var bits = [3, 4, 5, 6, 8]
  /// What they apply to.
  public var operands = Operand.allCases

  /// The grid of the sweep in the documentation.
  public init() {}

  /// Every run, those in float32 first.
  public var runs: [SweepRun] {
    var runs: [SweepRun] = []
    for seed in 0..<UInt64(max(seeds, 0)) {
      for width in widths {
        for steps in steps { runs.append(run(width, steps, seed)) }
      }
    }
    for seed in 0..<UInt64(max(quantizedSeeds, 0)) {
      for width in quantizedWidths {
        for steps in quantizedSteps { runs += quantized(run(width, steps, seed)) }
      }
    }
    return runs
  }

  private func quantized(_ float: SweepRun) -> [SweepRun] {
    bits.flatMap { bits in
      operands.map { operand in
        var run = float
        if operand == .weights || operand == .all { run.weightBits = bits }
        if operand == .activations || operand == .all { run.activationBits = bits }
        if operand == .cache || operand == .all { run.cacheBits = bits }
        return run
      }
    }
  }

  private func run(_ width: Int, _ steps: Int, _ seed: UInt64) -> SweepRun {
    SweepRun(
      width: width, layers: layers, heads: max(width / 16, 1), steps: steps, seed: seed)
  }

  /// The runs of one of several processes: each takes about as long, by what runs cost.
  ///
  /// - Parameters:
  ///   - index: Which part, from 0 on.
  ///   - count: All parts.
  /// - Returns: Its runs, the costliest first.
  public func part(_ index: Int, of count: Int) -> [SweepRun] {
    var loads = [Double](repeating: 0, count: max(count, 1))
    var part: [SweepRun] = []
    let costly = runs.enumerated().sorted {
      ($1.element.cost, $0.offset) < ($0.element.cost, $1.offset)
    }
    for (_, run) in costly {
      let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      loads[least] += run.cost
      if least == index { part.append(run) }
    }
    return part
  }
}
