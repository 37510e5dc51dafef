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

  /// The operation on operands of types that a person named.
  ///
  /// - Throws: ``Failure``, for what is no type.
  func measurement(
    weights: String, activations: String, m: Int, k: Int, n: Int, on execution: Execution
  ) throws -> Measurement {
    let isOptimizer = self == .optimizerStep
    let benchmark = Benchmark(
      MatrixOperation(rawValue: rawValue) ?? .linear, activations: try type(activations),
      weights: try type(isOptimizer ? "float32" : weights), m: m, k: k, n: n, on: execution)
    guard activations == "float32" || isProduct else {
      throw Failure("\(rawValue) is of one matrix, whose type --weights names: not --activations")
    }
    guard execution.precision == .float32 || isProduct && benchmark.multipliesFloats else {
      throw Failure(
        isProduct
          ? "--precision is of floats, and \(rawValue) of \(activations) and \(weights) multiplies codes as whole numbers"
          : "--precision is of products, and \(rawValue) is none")
    }
    switch self {
    case .trainStep:
      return Measurement(benchmark, named: rawValue) { try $0.trainStep() }
    case .optimizerStep:
      let moments = try moments(weights)
      return Measurement(benchmark, named: rawValue) { try $0.optimizerStep(moments) }
    default: return Measurement(benchmark)
    }
  }

  var isProduct: Bool {
    switch self {
    case .linear, .inputGradient, .weightGradient, .trainStep: true
    case .quantize, .dequantize, .transpose, .optimizerStep: false
    }
  }

  private func type(_ name: String) throws -> OperandType {
    try OperandType(name: name) ?? .quantized(QuantizedType.named(name))
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
