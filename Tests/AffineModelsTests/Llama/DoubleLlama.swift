import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation

/// A model's definition in plain loops, in `Double`.
struct DoubleLlama {
  let configuration: LlamaConfiguration
  private let tensors: [LlamaTensor: Grid]
  private(set) var largestScore = 0.0

  init(_ tiny: TinyLlama) throws {
    configuration = tiny.configuration
    tensors = tiny.stored.mapValues { stored in
      switch stored {
      case .float(let matrix): Grid(matrix)
      case .quantized(let matrix): Grid(matrix.dequantized(as: Float.self))
      }
    }
  }

  /// The logits after each token.
  mutating func logits(_ tokens: [Int]) -> [[Double]] {
    let c = configuration
    var states = tokens.map { token in row(.embedding, token) }
    for layer in 0..<c.layers {
      let inputs = states.map { normalized($0, .layerNorm(layer: layer, .attention)) }
      let queries = turned(inputs.map { linear($0, layer, .query) })
      let keys = turned(inputs.map { linear($0, layer, .key) })
      let values = inputs.map { linear($0, layer, .value) }
      for position in tokens.indices {
        let seen = attended(queries[position], keys[...position], values[...position])
        add(&states[position], linear(seen, layer, .output))
        let input = normalized(states[position], .layerNorm(layer: layer, .feedForward))
        let gate = linear(input, layer, .gate)
        let up = linear(input, layer, .up)
        let opened = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
        add(&states[position], linear(opened, layer, .down))
      }
    }
    let head: LlamaTensor = tensors[.head] == nil ? .embedding : .head
    return states.map { product(normalized($0, .norm), head) }
  }

  private func row(_ tensor: LlamaTensor, _ index: Int) -> [Double] {
    guard let grid = tensors[tensor] else { return [] }
    return (0..<grid.columns).map { grid[index, $0] }
  }

  /// The product and the bias, if there is one.
  private func linear(_ x: [Double], _ layer: Int, _ linear: LlamaLinear) -> [Double] {
    let product = product(x, .linear(layer: layer, linear))
    let bias = row(.bias(layer: layer, linear), 0)
    return bias.isEmpty ? product : zip(product, bias).map { $0 + $1 }
  }

  private func product(_ x: [Double], _ tensor: LlamaTensor) -> [Double] {
    guard let grid = tensors[tensor] else { return [] }
    return (0..<grid.rows).map { row in
      (0..<grid.columns).reduce(0.0) { $0 + x[$1] * grid[row, $1] }
    }
  }

  private func normalized(_ x: [Double], _ weight: LlamaTensor) -> [Double] {
    let square = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    let inverse = 1 / (square + Double(configuration.normEpsilon)).squareRoot()
    return zip(x, row(weight, 0)).map { $0 * inverse * $1 }
  }

  /// Columns i and i + half of each head turn by position · base^(-2 i / size).
  private func turned(_ rows: [[Double]]) -> [[Double]] {
    let (size, half) = (configuration.headSize, configuration.headSize / 2)
    return rows.enumerated().map { position, row in
      var result = row
      for start in stride(from: 0, to: row.count, by: size) {
        for i in 0..<half {
          let divisor = configuration.rotaryDivisors.isEmpty ? 1 : configuration.rotaryDivisors[i]
          let frequency = pow(configuration.rotaryBase, -2 * Double(i) / Double(size)) / divisor
          let angle = Double(position) * frequency
          let (c, s) = (cos(angle), sin(angle))
          result[start + i] = row[start + i] * c - row[start + half + i] * s
          result[start + half + i] = row[start + half + i] * c + row[start + i] * s
        }
      }
      return result
    }
  }

  private mutating func attended(
    _ query: [Double], _ keys: ArraySlice<[Double]>, _ values: ArraySlice<[Double]>
  ) -> [Double] {
    let size = configuration.headSize
    var result: [Double] = []
    for head in 0..<configuration.heads {
      let shared = head / (configuration.heads / configuration.keyValueHeads) * size
      let scores = keys.map { key in
        (0..<size).reduce(0.0) { $0 + query[head * size + $1] * key[shared + $1] }
          / Double(size).squareRoot()
      }
      largestScore = scores.reduce(largestScore) { max($0, $1.magnitude) }
      let weights = scores.map { exp($0) }
      let sum = weights.reduce(0, +)
      for column in 0..<size {
        result.append(
          zip(weights, values).reduce(0.0) { $0 + $1.0 / sum * $1.1[shared + column] })
      }
    }
    return result
  }

  private func add(_ x: inout [Double], _ y: [Double]) {
    for index in x.indices { x[index] += y[index] }
  }
}
