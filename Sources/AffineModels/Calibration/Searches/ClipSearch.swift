internal import AffineQuant

/// Looks for the part of each block's largest magnitude that its values are best clipped to.
struct ClipSearch {
  /// Outputs × inputs, not rounded.
  let weight: Matrix<Float>
  /// The same, rounded to nearest without clipping.
  let rounded: AnyQuantized
  /// Σ x · xᵀ of the inputs.
  let products: Matrix<Float>
  let execution: Execution

  /// How many parts are tried, and how far apart they are.
  private static let parts = 10, distance: Float = 0.05

  private var grid: BlockGrid { rounded.core.grid }

  /// The clipped weight's codes, or those without clipping where they do no worse.
  var best: AnyQuantized {
    get throws(QuantizationError) {
      let largest = largestMagnitudes
      var kept = largest
      var least = energies(of: rounded)
      for step in 1..<Self.parts {
        let limits = largest.map { $0 * (1 - Self.distance * Float(step)) }
        let found = energies(of: try clipped(to: limits))
        for block in found.indices where found[block] < least[block] {
          (least[block], kept[block]) = (found[block], limits[block])
        }
      }
      let chosen = try clipped(to: kept)
      return energy(of: chosen) < energy(of: rounded) ? chosen : rounded
    }
  }

  private func difference(_ quantized: AnyQuantized) -> Matrix<Float> {
    weight.minus(quantized.dequantized(on: execution), on: execution)
  }

  private func energy(of quantized: AnyQuantized) -> Double {
    InputStatistics.energies(difference(quantized), products, execution).reduce(0, +)
  }

  /// The energy of the output error that each block makes alone.
  private func energies(of quantized: AnyQuantized) -> [Double] {
    let difference = difference(quantized)
    let width = grid.extent.columns
    var energies = [Double](repeating: 0, count: grid.extent.count)
    for block in 0..<width {
      let columns = grid.columns(ofBlock: block)
      let own = Matrix(rows: columns.count, columns: columns.count) {
        products[columns.lowerBound + $0, columns.lowerBound + $1]
      }
      let rows = InputStatistics.energies(
        difference.columns(columns, on: execution), own, execution)
      for (row, energy) in rows.enumerated() {
        energies[grid.blockRow(row) * width + block] += energy
      }
    }
    return energies
  }

  private var largestMagnitudes: [Float] {
    let width = grid.extent.columns
    var largest = [Float](repeating: 0, count: grid.extent.count)
    for row in 0..<weight.shape.rows {
      let values = weight.row(row)
      for column in values.indices {
        let block = grid.blockRow(row) * width + grid.blockColumn(column)
        largest[block] = max(largest[block], values[column].magnitude)
      }
    }
    return largest
  }

  private func clipped(to limits: [Float]) throws(QuantizationError) -> AnyQuantized {
    let width = grid.extent.columns
    let clipped = Matrix(weight.shape, on: execution) { row, output in
      let values = weight.row(row)
      let first = grid.blockRow(row) * width
      for column in values.indices {
        let limit = limits[first + grid.blockColumn(column)]
        output[column] = min(max(values[column], -limit), limit)
      }
    }
    return try AnyQuantized(quantizing: clipped, as: rounded.quantizedType, on: execution)
  }
}
