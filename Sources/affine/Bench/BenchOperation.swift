import AffineBench
import AffineQuant
import AffineTraining
import ArgumentParser

/// The operations of `affine bench`, by name: those of the library, and what training repeats.
enum BenchOperation: String, ExpressibleByArgument, CaseIterable {
  case linear, quantize, dequantize, transpose
  case inputGradient = "input-gradient"
  case weightGradient = "weight-gradient"
  case trainStep = "train-step"
  case optimizerStep = "optimizer-step"

  /// Times the operation on operands of types that a person named.
  ///
  /// - Throws: ``Failure``, ``BenchmarkError`` and what the operation throws.
  func run(
    weights: String, activations: String, m: Int, k: Int, n: Int, on execution: Execution,
    seconds: Double
  ) throws -> BenchmarkResult {
    let isOptimizer = self == .optimizerStep
    let benchmark = Benchmark(
      Operation(rawValue: rawValue) ?? .linear, activations: try type(activations),
      weights: try type(isOptimizer ? "float32" : weights), m: m, k: k, n: n, on: execution)
    var result =
      switch self {
      case .trainStep:
        try benchmark.measure(try benchmark.trainStep(), named: rawValue, seconds: seconds)
      case .optimizerStep:
        try benchmark.measure(
          try benchmark.optimizerStep(try moments(weights)), named: rawValue, seconds: seconds)
      default: try benchmark.run(seconds: seconds)
      }
    // As they were named: int8-token is the activations' name of int8-row.
    (result.weights, result.activations) = (weights, activations)
    return result
  }

  private func type(_ name: String) throws -> OperandType {
    guard let type = OperandType(name: name) else {
      throw Failure(
        "'\(name)' is no type: float32, int8-row, int8-token, int4-group32, uint4-group32-biased, "
          + "int8-block32x32 are some; affine types lists them")
    }
    return type
  }

  private func moments(_ name: String) throws -> MomentFormat {
    let isInteger = name.hasPrefix("int8-")
    let format = MomentFormat(name: isInteger ? "dynamic8" + name.dropFirst(4) : name)
    guard let format else {
      let names = MomentFormat.all.map(\.name).joined(separator: ", ")
      throw Failure("'\(name)' is no format of moments: \(names) are")
    }
    return format
  }
}
