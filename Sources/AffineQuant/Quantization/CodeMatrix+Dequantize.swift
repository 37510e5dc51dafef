internal import AffineKernels

extension CodeMatrix {
  /// The values: `(code − zero point) · scale`, then `+ bias`, each rounded to `Element` as torchao
  /// and MLX do.
  package func dequantized<Element: FloatElement>(
    as _: Element.Type = Element.self, _ execution: Execution = .standard
  ) -> Matrix<Element> {
    let source = rowMajor()
    return Matrix(
      validated: shape, source.dequantizedRows(count: shape.rows, execution) { $0 })
  }

  /// The values of `count` rows, of which `row` tells the place in this matrix.
  func dequantizedRows<Element: FloatElement>(
    count: Int, _ execution: Execution, _ row: (Int) -> Int
  ) -> Buffer<Element> {
    let columns = shape.columns
    return Buffer(count: count * columns, zeroed: false) { memory in
      // Rows of the result do not overlap.
      ThreadPool.shared.parallelRows(count, columns, execution) { part in
        var runs = RowRuns(self, 0..<columns)
        var scratch = [Float]()
        if Element.self != Float.self { scratch = [Float](repeating: 0, count: columns) }
        for index in part {
          let range = index * columns..<(index + 1) * columns
          if let floats = memory as? DisjointMemory<Float> {
            floats.withRange(range) { dequantize(row(index), &runs, into: &$0, execution) }
            continue
          }
          var span = scratch.mutableSpan
          dequantize(
            row(index), &runs, into: &span, execution, rounding: Element.elementType)
          memory.withRange(range) { Element.round(span.span, into: &$0) }
        }
      }
    }
  }

  /// The values of some columns of a row; rows must be kept together.
  func dequantize(
    _ row: Int, _ runs: inout RowRuns, into output: inout MutableSpan<Float>,
    _ execution: Execution, rounding: ElementType = .float32
  ) {
    runs.load(row, self)
    let aligned = (runs.columns.lowerBound * storage.bits).isMultiple(of: 8)
    // With a bias the product is rounded before the sum, which the kernels do for Float alone.
    let direct = rounding == .float32 || biases.count == 0
    guard aligned, direct, runs.ends.count > 0, isAffine,
      let table = QuantizeKernels.dequantize(storage)
    else {
      decode(row, runs, &output, rounding)
      return
    }
    let start = codeBytes(ofRow: row).lowerBound + runs.columns.lowerBound * storage.bits / 8
    let kernel = table.best(on: execution)
    unsafe runs.withPointers { ends, zeroPoints in
      unsafe output.withUnsafeMutableBufferPointer { output in
        guard let values = output.baseAddress else { return }
        var arguments = unsafe DequantizeRow(
          c: aq_dequantize_args(
            codes: codes.pointer + start, runs: runs.ends.count, ends: ends,
            scale: scales.pointer + runs.firstBlock, zero_point: zeroPoints,
            bias: biases.count > 0 ? biases.pointer + runs.firstBlock : nil, values: values))
        kernel(&arguments)
      }
    }
    withExtendedLifetime(self) {}
  }

  private var isAffine: Bool { if case .codebook = type.mapping.kind { false } else { true } }

  /// The definition, for every storage and mapping.
  private func decode(
    _ row: Int, _ runs: RowRuns, _ output: inout MutableSpan<Float>, _ rounding: ElementType
  ) {
    let bytes = codes.span.extracting(codeBytes(ofRow: row))
    let table = type.decodingTable
    let (scales, biases) = (scales.span, biases.span)
    var column = 0
    for (run, end) in runs.ends.enumerated() {
      let scale = scales[runs.firstBlock + run]
      for column in column..<end {
        let code = storage.code(bytes, column: runs.columns.lowerBound + column)
        let number = table.map { $0[Int(code)] } ?? Float(code) - runs.zeroPoints[run]
        let product = rounding.round(number * scale)
        output[column] =
          biases.count > 0 ? rounding.round(product + biases[runs.firstBlock + run]) : product
      }
      column = end
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
