extension CodeMatrix {
  /// The values: `(code − zero point) · scale`, then `+ bias`, each rounded to `Element` as torchao
  /// and MLX do.
  package func dequantized<Element: FloatElement>(
    as _: Element.Type = Element.self, _ execution: Execution = .standard
  ) -> Matrix<Element> {
    let source = rowMajor(execution)
    return Matrix(
      validated: shape, source.dequantizedRows(count: shape.rows, execution) { $0 })
  }

  /// The values of `count` rows, of which `row` tells the place in this matrix.
  func dequantizedRows<Element: FloatElement>(
    count: Int, _ execution: Execution, _ row: (Int) -> Int
  ) -> Buffer<Element> {
    let columns = shape.columns
    let dequantize = RowDequantizer(type, execution)
    let halves = HalfConversion(of: Element.self, execution)
    let rounding = HalfConversion(Element.elementType, execution)
    return Buffer(count: count * columns, zeroed: false) { memory in
      // Rows of the result do not overlap.
      ThreadPool.shared.parallelRows(
        count, columns, pace: RowDequantizer.valuesPerNanosecond, execution
      ) { part in
        if let floats = memory as? DisjointMemory<Float> {
          dequantize(self, part, of: row, into: floats)
          return
        }
        var runs = RowRuns(self, 0..<columns)
        var scratch = [Float](repeating: 0, count: columns)
        for index in part {
          let range = index * columns..<(index + 1) * columns
          var span = scratch.mutableSpan
          dequantize(self, row(index), &runs, into: &span, rounding: rounding)
          memory.withRange(range) { values in
            if let halves {
              halves.round.round(span.span, into: &values)
            } else {
              Element.round(span.span, into: &values)
            }
          }
        }
      }
    }
  }
}

extension QuantizedType {
  /// What each bit pattern stands for, where codes are not whole numbers.
  package var decodingTable: [Float]? {
    switch (mapping.kind, storage) {
    case (.codebook(let map), _): map.values
    case (_, .float(let format)): format.values
    default: nil
    }
  }
}

extension SmallFloat {
  private static let tables: [SmallFloat: [Float]] = Dictionary(
    uniqueKeysWithValues: allCases.map { format in
      (format, (0..<1 << format.bits).map { format.value(of: UInt8($0)) })
    })

  /// The value of every bit pattern.
  var values: [Float] { Self.tables[self] ?? [] }
}
