internal import AffineKernels

/// Turns the values of a row into codes, with the parameters of its runs.
struct RowEncoder {
  private let chooser: ParameterChooser
  private let rounding: Rounding
  /// The type that operations round to: the input's where the scale has it too, else `Float`.
  private let arithmetic: ElementType
  private let kernel: Kernel<QuantizeRow>
  private let table: [Float]?

  init(_ chooser: ParameterChooser, _ rounding: Rounding, _ execution: Execution) {
    self.chooser = chooser
    self.rounding = rounding
    let sameType = chooser.type.mapping.scale.rawValue == chooser.element.rawValue
    arithmetic = sameType ? chooser.element : .float32
    kernel = QuantizeKernels.quantize.best(on: execution.instructionSet)
    table = if case .codebook(let map) = chooser.type.mapping.kind { map.values } else { nil }
  }

  /// Writes one code a byte. `first` is the index of the row's first element in the matrix.
  func encode(
    _ values: borrowing Span<Float>, _ ends: [Int], _ parameters: borrowing Span<BlockParameters>,
    first: Int, into codes: inout MutableSpan<UInt8>
  ) {
    let hasReciprocal = chooser.type.mapping.kind != .biased && chooser.type.storage.isInteger
    if hasReciprocal, table == nil, rounding == .nearestEven, arithmetic == .float32 {
      run(values, ends, parameters, &codes)
      return
    }
    var start = 0
    for (run, end) in ends.enumerated() {
      let block = parameters[run]
      for column in start..<end {
        let code = code(values[column], block, element: first + column)
        codes[column] = UInt8(truncatingIfNeeded: code)
      }
      start = end
    }
  }

  /// The definition.
  private func code(_ value: Float, _ block: BlockParameters, element: Int) -> Int {
    let (low, high) = (chooser.low, chooser.high)
    if let table {
      return Self.nearest(value / block.scale, table) { rounding.round($0, element: element) }
    }
    if case .float(let format) = chooser.type.storage {
      return Int(format.pattern(value / block.scale) { rounding.round($0, element: element) })
    }
    guard chooser.type.mapping.kind == .biased else {
      let inverse = chooser.type.mapping.scale.round(1 / block.scale)
      let steps = rounding.round(arithmetic.round(value * inverse), element: element)
      return Int(min(max(arithmetic.round(steps + Float(block.zeroPoint)), low), high))
    }
    guard chooser.rule == .tinygemm else {
      let steps = (value - block.encodingBias) / block.encodingScale
      return Int(min(max(rounding.round(steps, element: element), low), high))
    }
    let middle = chooser.tinygemmMiddle
    let format = chooser.type.mapping.scale
    let minimum = format.round(block.bias - format.round(block.scale * middle))
    let steps = arithmetic.round(arithmetic.round(value - minimum) / block.scale)
    return Int(min(max(rounding.round(steps, element: element), 0), high - low) + low)
  }

  /// The index of the entry that rounding chooses between the two neighbours of a value.
  static func nearest(
    _ value: Float, _ table: [Float], _ round: (Float) -> Float
  ) -> Int {
    guard value >= table[0] else { return 0 }
    // The first entry above the value: entries before `first` are not, from `above` on they are.
    var (first, above) = (0, table.count)
    while first < above {
      let middle = (first + above) / 2
      if table[middle] > value { above = middle } else { first = middle + 1 }
    }
    guard above < table.count else { return table.count - 1 }
    let (low, high) = (table[above - 1], table[above])
    return above - 1 + Int(round((value - low) / (high - low)))
  }

  private func run(
    _ values: borrowing Span<Float>, _ ends: [Int], _ parameters: borrowing Span<BlockParameters>,
    _ codes: inout MutableSpan<UInt8>
  ) {
    var (inverse, zeroPoints) = (
      [Float](repeating: 0, count: ends.count), [Float](repeating: 0, count: ends.count)
    )
    for run in ends.indices {
      inverse[run] = chooser.type.mapping.scale.round(1 / parameters[run].scale)
      zeroPoints[run] = Float(parameters[run].zeroPoint)
    }
    unsafe values.withUnsafeBufferPointer { values in
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let from = values.baseAddress, let to = codes.baseAddress else { return }
        unsafe withStarts(inverse, zeroPoints) { inverse, zeroPoints in
          unsafe withStarts(ends, ends) { ends, _ in
            var arguments = unsafe QuantizeRow(
              c: aq_quantize_args(
                values: from, runs: parameters.count, ends: ends, inverse: inverse,
                zero_point: zeroPoints, low: chooser.low, high: chooser.high, codes: to))
            kernel(&arguments)
          }
        }
      }
    }
  }
}
