internal import AffineKernels
internal import AffineQuant

/// Makes the operands of a head's products pairs of bfloat16, a word each, for CPUs that multiply such.
@safe
struct AttentionPairs {
  let product: Kernel<ProductInPlace>
  private let rounding: Kernel<Halves>
  private let pairing: Kernel<PairColumns>

  /// - Returns: `nil` where floats are multiplied: also where the CPU has instructions for these alone.
  init?(_ execution: Execution) {
    guard execution.precision == .bfloat16,
      AttentionKernels.pairProduct.isSpecial(on: execution)
        || !AttentionKernels.product.isSpecial(on: execution)
    else { return nil }
    product = AttentionKernels.pairProduct.best(on: execution)
    rounding = HalfKernels.roundBrain.best(on: execution)
    pairing = TransposeKernels.pairs.best(on: execution)
  }

  /// The words that so many values become.
  static func words(_ count: Int) -> Int { (count + 1) / 2 }

  /// Rows of which neighbouring columns become pairs; what follows an odd count is zero.
  func rows(_ rows: HeadRows, count: Int, size: Int) -> ProductSide {
    let words = Self.words(size)
    let pairs = BufferBuilder<Float>(count: count * words, zeroed: size % 2 == 1)
    for row in 0..<count {
      unsafe round(
        rows.pointer + row * rows.stride, size, into: pairs.memory.pointer + row * words)
    }
    return ProductSide(pairs.buffer, stride: words)
  }

  /// Rows of which neighbours become pairs, column by column; what follows an odd count is zero.
  func columns(_ rows: HeadRows, count: Int, size: Int) -> ProductSide {
    let pairs = BufferBuilder<Float>(count: Self.words(count) * size)
    unsafe pair(
      rows.pointer, rows.stride, columns: size, count: count, into: pairs.memory.pointer)
    return ProductSide(pairs.buffer, stride: size)
  }

  /// Rounds neighbouring values.
  func round(
    _ values: UnsafePointer<Float>, _ count: Int, into words: UnsafeMutablePointer<Float>
  ) {
    var arguments = unsafe Halves(
      c: aq_halves_args(
        count: count,
        halves: UnsafeMutableRawPointer(words).assumingMemoryBound(to: UInt16.self),
        floats: UnsafeMutablePointer(mutating: values)))
    rounding(&arguments)
  }

  /// Makes pairs of neighbouring rows.
  func pair(
    _ values: UnsafePointer<Float>, _ stride: Int, columns: Int, count: Int,
    into words: UnsafeMutablePointer<Float>
  ) {
    var arguments = unsafe PairColumns(
      c: aq_pairs_args(
        lanes: columns, padded_lanes: columns, count: count, in: values, in_stride: stride,
        out: UnsafeMutableRawPointer(words).assumingMemoryBound(to: UInt32.self)))
    pairing(&arguments)
  }
}

/// One side of a product of a head: its rows where they lie, or what was made of them.
@safe
struct ProductSide {
  /// How far neighbouring rows lie apart.
  let stride: Int
  private let start: UnsafePointer<Float>
  private let owner: Buffer<Float>?

  /// For as long as the matrix lives.
  init(_ rows: HeadRows) {
    stride = rows.stride
    unsafe start = rows.pointer
    owner = nil
  }

  init(_ values: Buffer<Float>, stride: Int) {
    self.stride = stride
    unsafe start = values.pointer
    owner = values
  }

  /// The first value.
  var pointer: UnsafePointer<Float> { unsafe start }
}
