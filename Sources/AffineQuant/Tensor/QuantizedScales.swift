/// The scales of a matrix and its biases as matrices of codes, one a block. An object, since a matrix is one of
/// its own parts here.
package final class QuantizedScales: Sendable, Equatable {
  /// Row by row, in the shape of the grid of blocks.
  package let scales: CodeMatrix
  /// The same, where the mapping has biases.
  package let biases: CodeMatrix?
  /// What is added to every scale, where scales are places in a table.
  package let mean: Float?

  package init(scales: CodeMatrix, biases: CodeMatrix?, mean: Float? = nil) {
    let isTable = if case .codebook = scales.type.mapping.kind { true } else { false }
    precondition(isTable == (mean != nil), "scales of \(scales.type.name) and their mean")
    self.scales = scales
    self.biases = biases
    self.mean = mean
  }

  package static func == (lhs: QuantizedScales, rhs: QuantizedScales) -> Bool {
    lhs === rhs
      || lhs.scales == rhs.scales && lhs.biases == rhs.biases
        && lhs.mean == rhs.mean
  }

  /// What the codes stand for.
  package var numbers: (scales: Buffer<Float>, biases: Buffer<Float>) {
    let products: Buffer<Float> = scales.dequantized().values
    return (
      mean.map { mean in Buffer(products.array.map { $0 + mean }) } ?? products,
      biases.map { $0.dequantized().values } ?? Buffer([])
    )
  }

  var byteCount: Int { scales.byteCount + (biases?.byteCount ?? 0) + (mean == nil ? 0 : 4) }

  /// The same of other scales.
  func map<Failure: Error>(
    _ change: (CodeMatrix) throws(Failure) -> CodeMatrix
  ) throws(Failure) -> QuantizedScales {
    var changed: CodeMatrix?
    if let biases { changed = try change(biases) }
    return QuantizedScales(scales: try change(scales), biases: changed, mean: mean)
  }

  /// Both, each joined with that of another matrix.
  ///
  /// - Throws: ``ShapeError/misaligned(axis:position:block:)``: both have means, and not the same; all is one block
  ///   then, and the seam, along `axis`, inside.
  func join(
    _ other: QuantizedScales, _ axis: String, at position: Int,
    _ join: (CodeMatrix, CodeMatrix) throws(ShapeError) -> CodeMatrix
  ) throws(ShapeError) -> QuantizedScales {
    guard mean == other.mean else {
      throw .misaligned(axis: axis, position: position, block: Block.whole)
    }
    var joined: CodeMatrix?
    if let biases, let others = other.biases { joined = try join(biases, others) }
    return QuantizedScales(scales: try join(scales, other.scales), biases: joined, mean: mean)
  }
}

extension QuantizedScales {
  /// The codes nearest to scales and biases: the largest of a super-block, in magnitude, has the largest code.
  ///
  /// - Throws: ``QuantizationError/invalidScale(_:blockRow:blockColumn:)``: not finite, too large for a scale
  ///   of scales, or of the other sign than the largest of its super-block where codes have no sign.
  package convenience init(
    nearest scales: borrowing Span<Float>, _ biases: borrowing Span<Float>, _ type: QuantizedType,
    _ grid: BlockGrid
  ) throws(QuantizationError) {
    guard type.mapping.codes?.table == nil else {
      let mean = Self.mean(of: scales)
      self.init(scales: try Self.codes(scales, less: mean, type, grid), biases: nil, mean: mean)
      return
    }
    var quantized: CodeMatrix?
    if !biases.isEmpty { quantized = try Self.codes(biases, type, grid) }
    self.init(scales: try Self.codes(scales, type, grid), biases: quantized)
  }

  private static func mean(of numbers: borrowing Span<Float>) -> Float {
    var sum = 0.0
    for index in numbers.indices { sum += Double(numbers[index]) }
    return Float(sum / Double(max(numbers.count, 1)))
  }

  private static func codes(
    _ numbers: borrowing Span<Float>, less mean: Float = 0, _ type: QuantizedType,
    _ blocks: BlockGrid
  ) throws(QuantizationError) -> CodeMatrix {
    guard let codes = type.mapping.codes, let type = type.scaleType else {
      preconditionFailure("scales of \(type.name) are numbers")
    }
    let grid = BlockGrid(blocks.extent, type.block), extent = grid.extent
    let width = grid.shape.columns
    // With its sign, where codes have none.
    var largest = [Float](repeating: 0, count: extent.count)
    for index in 0..<grid.shape.count {
      let (row, column) = (index / width, index % width)
      let number = numbers[index] - mean
      guard numbers[index].isFinite else {
        throw .invalidScale(numbers[index], blockRow: row, blockColumn: column)
      }
      let block = grid.blockRow(row) * extent.columns + grid.blockColumn(column)
      if number.magnitude > largest[block].magnitude { largest[block] = number }
    }
    let supers = largest.map { number in
      let exact = number.magnitude / codes.largest
      // Short enough for exact products, so that codes of these are the same codes again. Of halves near the
      // smallest the next above, where the largest would be cut off, or all become zero.
      let scale =
        type.mapping.scale == .float32 && codes.table == nil
        ? exact.rounded(toBits: 24 - codes.significandBits)
        : type.mapping.scale.round(exact, width: number.magnitude, steps: codes.largest + 0.5)
      return codes.isSigned || number >= 0 ? scale : -scale
    }
    var refused: QuantizationError?
    let bytes = type.storage.packedRows(grid.shape) { row, bytes in
      for column in 0..<width {
        let block = grid.blockRow(row) * extent.columns + grid.blockColumn(column)
        let given = numbers[row * width + column]
        let number = given - mean, quotient = number / supers[block]
        guard supers[block].isFinite || number.magnitude < largest[block].magnitude,
          number == 0 || supers[block] == 0 || codes.isSigned || quotient >= 0
        else {
          refused = refused ?? .invalidScale(given, blockRow: row, blockColumn: column)
          continue
        }
        bytes[column] = supers[block] == 0 ? 0 : codes.pattern(quotient)
      }
    }
    if let refused { throw refused }
    return CodeMatrix(
      type: type, grid: grid, codes: bytes, scales: Buffer(supers), zeroPoints: Buffer([]),
      biases: Buffer([]))
  }
}

extension ScaleCodes {
  /// Whether codes stand for numbers of both signs.
  var isSigned: Bool { storage.isSigned || !storage.isInteger || table != nil }

  /// Bits of the largest whole number, or of the mantissa and the hidden one.
  fileprivate var significandBits: Int {
    if case .float(let format) = storage { format.mantissaBits + 1 } else { storage.bits }
  }

  /// The bit pattern of the code nearest to a number of steps.
  fileprivate func pattern(_ number: Float) -> UInt8 {
    if let table {
      return UInt8(
        NearestEntry.index(of: number, in: table.values) { $0.rounded(.toNearestOrEven) })
    }
    if case .float(let format) = storage {
      return format.pattern(number) { $0.rounded(.toNearestOrEven) }
    }
    let codes = storage.codes
    let code = min(
      max(number.rounded(.toNearestOrEven), Float(codes.lowerBound)), Float(codes.upperBound))
    return UInt8(truncatingIfNeeded: Int(code))
  }
}

extension Float {
  /// The nearest number of so many bits; of two as near, the even one.
  fileprivate func rounded(toBits bits: Int) -> Float {
    let dropped = UInt32(24 - bits), isOdd = bitPattern >> dropped & 1
    let half: UInt32 = (1 << dropped) / 2
    let nearest = (bitPattern &+ (half &- 1 &+ isOdd)) >> dropped
    return Float(bitPattern: nearest << dropped)
  }
}
