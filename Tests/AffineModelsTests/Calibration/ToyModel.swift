import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport

/// A small language model without attention: an embedding, blocks of a norm, two layers that read it, their
/// product, and a layer that reads that; a norm and a head. In loops of its own.
struct ToyModel: QuantizableModel {
  static let vocabulary = 24, width = 32, inner = 64, blocks = 2

  var layers: [String: Linear] = [:]
  var norms: [String: [Float]] = [:]
  private let embedding: Matrix<Float>

  /// Norms whose weights are log-normal give channels of very different magnitudes.
  init(seed: UInt64 = 1) throws {
    embedding = CalibrationSamples.normal(Self.vocabulary, Self.width, seed: seed)
    for (index, name) in linearNames.enumerated() {
      let shape =
        name == "head"
        ? Shape(Self.vocabulary, Self.width)
        : name.hasSuffix("down") ? Shape(Self.width, Self.inner) : Shape(Self.inner, Self.width)
      let values = CalibrationSamples.studentT(
        shape.rows, shape.columns, seed: seed + 10 + UInt64(index))
      let size = 1 / Float(shape.columns).squareRoot()
      let weight = Matrix(rows: shape.rows, columns: shape.columns) { values[$0, $1] * size }
      layers[name] = try Linear(.float(weight))
    }
    for (index, group) in normGroups.enumerated() {
      let spread = CalibrationSamples.normal(1, Self.width, seed: seed + 90 + UInt64(index))
      norms[group.norm] = (0..<Self.width).map {
        Float(sign: .plus, exponent: Int((1.5 * spread[0, $0]).rounded()), significand: 1)
      }
    }
  }

  var linearNames: [String] {
    (0..<Self.blocks).flatMap { ["\($0).gate", "\($0).up", "\($0).down"] } + ["head"]
  }

  var normGroups: [NormGroup] {
    (0..<Self.blocks).map { NormGroup(norm: "\($0).norm", linears: ["\($0).gate", "\($0).up"]) }
      + [NormGroup(norm: "norm", linears: ["head"])]
  }

  subscript(linear name: String) -> Linear {
    get {
      guard let layer = layers[name] else { preconditionFailure("no layer \(name)") }
      return layer
    }
    set {
      precondition(layers[name] != nil)
      layers[name] = newValue
    }
  }

  mutating func divideNorm(_ name: String, by factors: Matrix<Float>) {
    guard let norm = norms[name] else { preconditionFailure("no norm \(name)") }
    norms[name] = norm.indices.map { norm[$0] / factors[0, $0] }
  }

  struct UnknownToken: Error {}

  func run(
    _ tokens: [Int], on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float> {
    guard tokens.allSatisfy((0..<Self.vocabulary).contains) else { throw UnknownToken() }
    func layer(_ name: String, _ input: Matrix<Float>) throws -> Matrix<Float> {
      try observe(name, input)
      return try self[linear: name](input, on: execution)
    }
    var states = Matrix<Float>(rows: tokens.count, columns: Self.width) {
      embedding[tokens[$0], $1]
    }
    for block in 0..<Self.blocks {
      let input = normed(states, "\(block).norm")
      let gate = try layer("\(block).gate", input)
      let up = try layer("\(block).up", input)
      let product = Matrix<Float>(rows: tokens.count, columns: Self.inner) {
        max(gate[$0, $1], 0) * up[$0, $1]
      }
      let down = try layer("\(block).down", product)
      let before = states
      states = Matrix(rows: tokens.count, columns: Self.width) {
        before[$0, $1] + down[$0, $1]
      }
    }
    return try layer("head", normed(states, "norm"))
  }

  private func normed(_ states: Matrix<Float>, _ name: String) -> Matrix<Float> {
    let weights = norms[name] ?? []
    return Matrix(rows: states.shape.rows, columns: states.shape.columns) { row, column in
      let squares = (0..<Self.width).reduce(Float(0)) {
        $0 + states[row, $1] * states[row, $1]
      }
      return states[row, column] / (squares / Float(Self.width)).squareRoot() * weights[column]
    }
  }

  /// Sequences of tokens drawn evenly.
  static func sequences(_ count: Int, length: Int = 48, seed: UInt64) -> [[Int]] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      (0..<length).map { _ in Int.random(in: 0..<vocabulary, using: &random) }
    }
  }

  /// ‖a − b‖ / ‖a‖ of the outputs of two models.
  static func distance(_ a: ToyModel, _ b: ToyModel, _ sequences: [[Int]]) throws -> Double {
    var (error, whole) = (0.0, 0.0)
    for tokens in sequences {
      let x = try a.run(tokens, on: .threads(1)) { _, _ in }
      let y = try b.run(tokens, on: .threads(1)) { _, _ in }
      for index in 0..<x.shape.count {
        let (p, q) = (Double(x.values[index]), Double(y.values[index]))
        whole += p * p
        error += (p - q) * (p - q)
      }
    }
    return (error / whole).squareRoot()
  }
}
