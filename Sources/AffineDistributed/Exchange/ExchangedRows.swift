internal import AffineLayers
internal import AffineQuant

/// Rows of values as they travel: one after another, codes before scales.
struct ExchangedRows {
  let format: ExchangeFormat
  let execution: Execution

  /// - Returns: The bytes and, if it is asked for, what rounding took from the values.
  /// - Throws: ``AffineQuant/QuantizationError``: a value that is not finite, in int8.
  func encode(
    _ values: consuming Matrix<Float>, _ rounding: Rounding, losing: Bool
  ) throws(QuantizationError) -> (bytes: Buffer<UInt8>, lost: Matrix<Float>?) {
    switch format {
    case .float32: return (values.values.bytes, nil)
    case .bfloat16:
      let halves: Matrix<BFloat16> = values.converted(on: execution)
      guard losing else { return (halves.values.bytes, nil) }
      let sent: Matrix<Float> = halves.converted(on: execution)
      Elementwise.accumulate(
        &values, Elementwise.scale(sent, by: -1, on: execution), on: execution)
      return (halves.values.bytes, values)
    case .int8:
      // No value is cut off, so that rounding at random is unbiased.
      let codes = try AnyQuantized(
        quantizing: copy values, as: Self.type,
        QuantizationOptions(rule: .balanced, rounding: rounding), on: execution)
      guard losing else { return (join(codes.core), nil) }
      Elementwise.accumulate(&values, minus(codes.core), on: execution)
      return (join(codes.core), values)
    }
  }

  /// The values of codes, negated: a scale is less work than the 256 values that it has.
  private func minus(_ codes: CodeMatrix) -> Matrix<Float> {
    let scales = codes.scales
    let negated = Buffer<Float>(count: scales.count, zeroed: false) { memory in
      for index in 0..<scales.count { memory[index] = -scales[index] }
    }
    return AnyQuantized(
      CodeMatrix(
        type: codes.type, grid: codes.grid, codes: codes.codes, scales: negated,
        zeroPoints: codes.zeroPoints, biases: codes.biases)
    ).dequantized(on: execution)
  }

  /// Reads what ``encode(_:_:losing:)`` wrote.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: scales that are none.
  func decode(
    _ bytes: Buffer<UInt8>, _ shape: Shape
  ) throws(QuantizationError) -> Matrix<Float> {
    switch format {
    case .float32: return Matrix(validated: shape, bytes.viewed(as: Float.self))
    case .bfloat16:
      return Matrix<BFloat16>(validated: shape, bytes.viewed(as: BFloat16.self))
        .converted(on: execution)
    case .int8:
      let core = try CodeMatrix(
        type: Self.type, grid: BlockGrid(shape, Self.type.block), parts: split(bytes, shape))
      return AnyQuantized(core).dequantized(on: execution)
    }
  }

  /// A weight in a format, rounded to the nearest.
  static func packed(
    _ weight: Matrix<Float>, _ format: ExchangeFormat, on execution: Execution
  ) throws(QuantizationError) -> StoredMatrix {
    switch format {
    case .float32: .float32(weight)
    case .bfloat16: .bfloat16(weight.converted(on: execution))
    case .int8: .codes(try AnyQuantized(quantizing: weight, as: type, on: execution))
    }
  }

  private static let type: QuantizedType = {
    guard let type = QuantizedType(name: "int8-group\(ExchangeFormat.group)") else {
      preconditionFailure("no type of groups of \(ExchangeFormat.group)")
    }
    return type
  }()

  /// The bytes of a row's codes and of its scales.
  private func counts(_ shape: Shape) -> (codes: Int, scales: Int) {
    (shape.columns, format.byteCount(columns: shape.columns) - shape.columns)
  }

  private func join(_ matrix: CodeMatrix) -> Buffer<UInt8> {
    let (codes, scales) = counts(matrix.shape)
    let (codeBytes, scaleBytes) = (matrix.codes, matrix.scales.bytes)
    return Buffer(count: matrix.shape.rows * (codes + scales), zeroed: false) { memory in
      for row in 0..<matrix.shape.rows {
        let first = row * (codes + scales)
        memory.copy(codeBytes, row * codes..<(row + 1) * codes, to: first)
        memory.copy(scaleBytes, row * scales..<(row + 1) * scales, to: first + codes)
      }
    }
  }

  private func split(_ bytes: Buffer<UInt8>, _ shape: Shape) -> CodeMatrix.Parts {
    let (codes, scales) = counts(shape)
    guard shape.rows > 1 else {
      return CodeMatrix.Parts(
        codes: bytes.part(0..<codes),
        scales: bytes.part(codes..<codes + scales).viewed(as: Float.self))
    }
    func gathered(_ count: Int, after start: Int) -> Buffer<UInt8> {
      Buffer(count: shape.rows * count, zeroed: false) { memory in
        for row in 0..<shape.rows {
          let first = row * (codes + scales) + start
          memory.copy(bytes, first..<first + count, to: row * count)
        }
      }
    }
    return CodeMatrix.Parts(
      codes: gathered(codes, after: 0),
      scales: gathered(scales, after: codes).viewed(as: Float.self))
  }
}

extension MutableSpan where Element: BitwiseCopyable & Sendable {
  /// Copies a range of elements.
  mutating func copy(_ source: Buffer<Element>, _ range: Range<Int>, to first: Int) {
    var target = part(first..<first + range.count)
    target.copy(source.span.extracting(range))
  }
}
