internal import AffineKernels

/// Makes values of the codes of rows: `(code − zero point) · scale`, or `number of the code · scale`, then
/// `+ bias`.
struct RowDequantizer: Sendable {
  let storage: CodeFormat
  /// `nil` where the kernel reads codes as they are stored.
  let unpack: Kernel<UnpackCodes>?
  let integers: Kernel<DequantizeRow>?
  /// What codes stand for that are not whole numbers, and its kernel.
  let numbers: Buffer<Float>
  let lookup: Kernel<LookupRow>?

  init(_ type: QuantizedType, _ execution: Execution) {
    storage = type.storage
    let unpacks = BitKernels.unpack.best(on: execution)
    guard let table = type.decodingTable else {
      let direct = QuantizeKernels.dequantize(storage)
      unpack = direct == nil ? unpacks : nil
      let bytes: CodeFormat = storage.isSigned ? .signed(bits: 8) : .unsigned(bits: 8)
      integers = (direct ?? QuantizeKernels.dequantize(bytes))?.best(on: execution)
      (numbers, lookup) = (Buffer([]), nil)
      return
    }
    unpack = storage.bits == 8 ? nil : unpacks
    integers = nil
    lookup = QuantizeKernels.lookup.best(on: execution)
    numbers = DecodingTables.numbers(type, table)
  }

  /// The kernels that could make the values of a type, fastest first.
  static func candidates(_ type: QuantizedType) -> [KernelRow] {
    guard type.decodingTable == nil else { return QuantizeKernels.lookup.rows }
    let bytes: CodeFormat = type.storage.isSigned ? .signed(bits: 8) : .unsigned(bits: 8)
    return (QuantizeKernels.dequantize(type.storage) ?? QuantizeKernels.dequantize(bytes))?.rows
      ?? []
  }

  /// Values that one thread makes, about: of 65536 two make 8-bit ones in 0.93 to 1.08 of the time of one,
  /// 4-bit ones in 0.79, and of 32768 in 1.27 and 1.08 (Zen 4).
  static let valuesPerNanosecond = 12

  /// The kernels in the order in which they run.
  var rows: [KernelRow] { [unpack?.row, integers?.row, lookup?.row].compactMap(\.self) }

  /// The values of some columns of a row; rows must be kept together. With `rounding` products are rounded to it before
  /// biases are added, and the sums are.
  ///
  /// - Precondition: The columns start with a byte.
  func callAsFunction(
    _ matrix: CodeMatrix, _ row: Int, _ runs: inout RowRuns, into output: inout MutableSpan<Float>,
    rounding: HalfConversion? = nil
  ) {
    runs.load(row, matrix)
    guard runs.count > 0 else { return }
    let bits = runs.columns.lowerBound * storage.bits
    precondition(bits.isMultiple(of: 8), "columns from \(runs.columns.lowerBound) start in a byte")
    let start = matrix.codeBytes(ofRow: row).lowerBound + bits / 8
    // With a bias the product is rounded before the sum, which the kernels do for Float alone.
    let addsBias = matrix.biases.count > 0
    let rounding = addsBias ? rounding : nil
    let bias = unsafe addsBias && rounding == nil ? matrix.biases.pointer + runs.firstBlock : nil
    guard let unpack else {
      unsafe run(matrix.codes.pointer + start, matrix, runs, bias, &output)
      if let rounding { Self.addBiases(matrix, runs, &output, rounding) }
      return
    }
    let count = runs.columns.count
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { codes in
      guard let first = codes.baseAddress else { return }
      var span = unsafe MutableSpan(_unsafeStart: first, count: count)
      storage.unpack(
        matrix.codes.span.extracting(start..<start + storage.byteCount(columns: count)),
        into: &span, unpack)
      unsafe run(first, matrix, runs, bias, &output)
    }
    if let rounding { Self.addBiases(matrix, runs, &output, rounding) }
  }

  private func run(
    _ codes: UnsafePointer<UInt8>, _ matrix: CodeMatrix, _ runs: RowRuns,
    _ bias: UnsafePointer<Float>?, _ output: inout MutableSpan<Float>
  ) {
    let scales = unsafe matrix.scales.pointer + runs.firstBlock
    unsafe runs.withPointers { ends, zeroPoints in
      unsafe output.withUnsafeMutableBufferPointer { output in
        guard let values = output.baseAddress else { return }
        if let integers {
          var arguments = unsafe DequantizeRow(
            c: aq_dequantize_args(
              codes: codes, runs: runs.count, ends: ends, scale: scales,
              zero_point: zeroPoints, bias: bias, values: values, streams: false))
          integers(&arguments)
        } else if let lookup {
          var arguments = unsafe LookupRow(
            c: aq_lookup_args(
              codes: codes, runs: runs.count, ends: ends, table: numbers.pointer,
              bits: UInt32(storage.bits), scale: scales, bias: bias, values: values))
          lookup(&arguments)
        }
      }
    }
    withExtendedLifetime((matrix, self)) {}
  }

  private static func addBiases(
    _ matrix: CodeMatrix, _ runs: RowRuns, _ output: inout MutableSpan<Float>,
    _ rounding: HalfConversion
  ) {
    rounding.roundInPlace(&output)
    let biases = matrix.biases.span
    var column = 0
    for run in 0..<runs.count {
      let end = runs.end(of: run)
      let bias = biases[runs.firstBlock + run]
      for place in column..<end { output[place] += bias }
      column = end
    }
    rounding.roundInPlace(&output)
  }
}
