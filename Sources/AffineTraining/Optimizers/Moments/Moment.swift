internal import AffineLayers
package import AffineQuant
/// How one moment is kept between steps.
package enum MomentLayout: Sendable, Hashable {
  /// As it is.
  case float32
  /// The upper half of a float, rounded at random.
  case bfloat16
  /// Codes with one scale for each group of neighbours in a row.
  case codes(QuantizedType)
  /// The same of the roots of values, rounded at random: of second moments. What divides a step is the
  /// root; its numbers span as many decades as those of the first moment, not twice as many.
  case roots(QuantizedType)

  var isRoot: Bool { if case .roots = self { true } else { false } }

  /// The type of codes.
  var type: QuantizedType? {
    switch self {
    case .float32, .bfloat16: nil
    case .codes(let type), .roots(let type): type
    }
  }
}

/// One moment of an optimizer for one matrix.
package struct Moment: Sendable {
  /// How it is kept.
  package let layout: MomentLayout
  let grid: BlockGrid
  /// One of the three holds the values, row by row; codes have scales too.
  private var floats: Buffer<Float>, halves: Buffer<BFloat16>, codes: Buffer<UInt8>
  private var scales: Buffer<Float>

  /// A moment of zero.
  package init(_ shape: Shape, _ layout: MomentLayout) {
    self.layout = layout
    (floats, halves, codes, scales) = (Buffer([]), Buffer([]), Buffer([]), Buffer([]))
    guard let type = layout.type else {
      grid = BlockGrid(shape, Block(rows: 1, columns: Block.whole))
      switch layout {
      case .float32: floats = Buffer(count: shape.count) { _ in }
      default: halves = Buffer(count: shape.count) { _ in }
      }
      return
    }
    grid = BlockGrid(shape, type.block)
    let (coder, bits) = (MomentCoder(type, isRoot: false), type.storage.bits)
    let zero = coder.zero
    let byte = bits == 8 ? zero : zero << 4 | zero
    let (columns, rowBytes) = (shape.columns, type.storage.byteCount(columns: shape.columns))
    codes = Buffer(count: shape.rows * rowBytes, zeroed: false) { codes in
      for index in codes.indices {
        // The half byte after an odd count of codes is zero.
        let isCut = bits == 4 && columns % 2 == 1 && index % rowBytes == rowBytes - 1
        codes[index] = isCut ? zero : byte
      }
    }
    scales = Buffer(count: grid.extent.count, zeroed: false) { scales in
      for index in scales.indices { scales[index] = coder.zeroScale }
    }
  }

  /// Bytes of values, or of codes and scales.
  package var byteCount: Int {
    4 * (floats.count + scales.count) + 2 * halves.count + codes.count
  }

  /// The memory of a moment.
  struct Memory {
    let floats: DisjointMemory<Float>, halves: DisjointMemory<BFloat16>
    let codes: DisjointMemory<UInt8>, scales: DisjointMemory<Float>
  }

  /// Lends the memory to change it.
  mutating func change(_ body: (Memory) -> Void) {
    floats.change { floats in
      halves.change { halves in
        codes.change { codes in
          scales.change { scales in
            body(Memory(floats: floats, halves: halves, codes: codes, scales: scales))
          }
        }
      }
    }
  }
}

// What checkpoints hold.
extension Moment {
  /// The values of a moment that is kept in floats.
  package var float32: Matrix<Float>? {
    layout == .float32 ? Matrix(validated: grid.shape, floats) : nil
  }

  /// The values of a moment that is kept in bfloat16.
  package var bfloat16: Matrix<BFloat16>? {
    layout == .bfloat16 ? Matrix(validated: grid.shape, halves) : nil
  }

  /// Whether codes are of roots.
  package var isRoot: Bool { layout.isRoot }

  /// The codes and scales of a moment, or of its roots, that is kept in codes.
  package var quantized: AnyQuantized? {
    guard let type = layout.type else { return nil }
    let zeroPoints = Buffer<Int16>(
      count: type.mapping.kind == .asymmetric ? grid.extent.count : 0
    ) { _ in }
    return AnyQuantized(
      CodeMatrix(
        type: type, grid: grid, codes: codes, scales: scales, zeroPoints: zeroPoints,
        biases: Buffer([])))
  }

  /// Takes values.
  package init(_ values: Matrix<Float>) {
    self.init(values.shape, .float32)
    floats = values.values
  }

  /// Takes values.
  package init(_ values: Matrix<BFloat16>) {
    self.init(values.shape, .bfloat16)
    halves = values.values
  }

  /// Takes codes and scales of values, or of roots.
  package init(_ values: AnyQuantized, isRoot: Bool) {
    layout = isRoot ? .roots(values.quantizedType) : .codes(values.quantizedType)
    grid = values.core.grid
    (floats, halves) = (Buffer([]), Buffer([]))
    (codes, scales) = (values.core.codes, values.core.scales)
  }
}

// What comes from a file.
extension Moment {
  /// Whether both have one layout, shape and groups.
  package func isLike(_ other: Moment) -> Bool { layout == other.layout && grid == other.grid }

  /// Checks that values are finite and those of a second moment not below zero.
  ///
  /// - Throws: ``QuantizationError``: the first that is not.
  package func validate(isSecond: Bool) throws(QuantizationError) {
    let columns = max(grid.shape.columns, 1)
    for index in 0..<max(floats.count, halves.count) {
      let value = floats.count > 0 ? floats[index] : Float(halves[index])
      guard value.isFinite, !isSecond || value >= 0 else {
        throw .notFinite(value, row: index / columns, column: index % columns)
      }
    }
    let groups = max(grid.extent.columns, 1)
    for index in 0..<scales.count where !(scales[index].isFinite && scales[index] >= 0) {
      throw .invalidScale(scales[index], blockRow: index / groups, blockColumn: index % groups)
    }
    guard layout.type?.storage == .float(.float8e4m3) else { return }
    for index in 0..<codes.count {
      // NaN, and for a second moment what is below zero.
      let number = SmallFloat.float8e4m3.value(of: codes[index])
      guard !number.isNaN, !isSecond || number >= 0 else {
        throw .notFinite(number, row: index / columns, column: index % columns)
      }
    }
  }
}
