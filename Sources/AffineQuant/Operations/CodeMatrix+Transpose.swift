extension CodeMatrix {
  /// The transpose: codes, scales, zero points and biases move together; exact.
  package func transposed(_ execution: Execution = .standard) -> CodeMatrix {
    let source = rowMajor(execution)
    return CodeMatrix(
      type: type.transposed, grid: grid.transposed,
      codes: CodeTransposer(storage, execution)(source),
      scales: Self.transposed(source.scales, grid.extent, execution),
      zeroPoints: Self.transposed(zeroPoints, grid.extent, execution),
      biases: Self.transposed(source.biases, grid.extent, execution),
      coded: source.coded?.map { $0.transposed(execution) })
  }

  /// One number a block, for the blocks of the transpose.
  static func transposed<Value: BitwiseCopyable & Sendable>(
    _ values: Buffer<Value>, _ extent: Shape, _ execution: Execution
  ) -> Buffer<Value> {
    // A single row or column of blocks lies the same either way.
    guard values.count > 0, extent.rows > 1, extent.columns > 1 else { return values }
    return Buffer(count: values.count, zeroed: false) { output in
      // Rows of the result do not overlap.
      ThreadPool.shared.parallelRows(extent.columns, extent.rows, execution) { columns in
        let range = columns.lowerBound * extent.rows..<columns.upperBound * extent.rows
        output.withRange(range) { turned in
          let source = values.span
          for first in stride(from: columns.lowerBound, to: columns.upperBound, by: lineLength) {
            let line = first..<min(first + lineLength, columns.upperBound)
            for row in 0..<extent.rows {
              for column in line {
                turned[(column - columns.lowerBound) * extent.rows + row] =
                  source[row * extent.columns + column]
              }
            }
          }
        }
      }
    }
  }

  /// Numbers of a row that are read side by side: a cache line of floats.
  private static var lineLength: Int { 16 }
}
