extension CodeMatrix {
  /// The transpose: codes, scales, zero points and biases move together; exact.
  package func transposed(_ execution: Execution = .standard) -> CodeMatrix {
    let source = rowMajor()
    return CodeMatrix(
      type: type.transposed, grid: grid.transposed, codes: source.transposedCodes(execution),
      scales: Self.transposed(scales, grid.extent),
      zeroPoints: Self.transposed(zeroPoints, grid.extent),
      biases: Self.transposed(biases, grid.extent),
      coded: source.coded?.map { $0.transposed(execution) })
  }

  /// One number a block, for the blocks of the transpose.
  static func transposed<Value: BitwiseCopyable & Sendable>(
    _ values: Buffer<Value>, _ extent: Shape
  ) -> Buffer<Value> {
    // A single row or column of blocks lies the same either way.
    guard values.count > 0, extent.rows > 1, extent.columns > 1 else { return values }
    let source = values.span
    return Buffer(
      (0..<extent.count).map { source[$0 % extent.rows * extent.columns + $0 / extent.rows] })
  }

  private func transposedCodes(_ execution: Execution) -> Buffer<UInt8> {
    if let table = TransposeKernels.table(bits: storage.bits) {
      return codes.transposed(shape, table, bits: storage.bits, execution)
    }
    let (unpack, pack) = (
      BitKernels.unpack.best(on: execution), BitKernels.pack.best(on: execution)
    )
    let bytes = Buffer<UInt8>(count: shape.count, zeroed: false) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(shape.rows, shape.columns, execution) { rows in
        for row in rows {
          memory.withRange(row * shape.columns..<(row + 1) * shape.columns) {
            storage.unpack(codes.span.extracting(codeBytes(ofRow: row)), into: &$0, unpack)
          }
        }
      }
    }
    let turned = bytes.transposed(shape, TransposeKernels.bytes, bits: 8, execution)
    let rowBytes = storage.byteCount(columns: shape.rows)
    return Buffer(count: shape.columns * rowBytes, zeroed: false) { memory in
      ThreadPool.shared.parallelRows(shape.columns, shape.rows, execution) { rows in
        for row in rows {
          memory.withRange(row * rowBytes..<(row + 1) * rowBytes) {
            storage.pack(
              turned.span.extracting(row * shape.rows..<(row + 1) * shape.rows), into: &$0, pack)
          }
        }
      }
    }
  }
}
