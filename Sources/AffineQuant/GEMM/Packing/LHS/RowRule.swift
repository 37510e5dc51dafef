/// The rule by which rows of floats become codes of a type on their way into a product, where it is more than a
/// largest magnitude: with zero points, or with scales of few bits.
struct RowRule: Sendable {
  let chooser: ParameterChooser
  let range: Kernel<RangeOfRuns>
  let encode: Kernel<QuantizeRows>
  /// Where the blocks of a row end.
  let ends: Buffer<Int>
  /// Added to codes and zero points, so that codes fit in signed bytes.
  let offset: Int

  /// - Returns: `nil` where rows of the type are quantized in another way.
  init?(
    _ type: QuantizedType, _ grid: BlockGrid, _ range: Kernel<RangeOfRuns>,
    _ encode: Kernel<QuantizeRows>
  ) {
    guard type.choosesByRange,
      let chooser = try? ParameterChooser(type, QuantizationOptions(), .float32)
    else { return nil }
    self.chooser = chooser
    self.range = range
    self.encode = encode
    ends = Buffer(RowRuns.ends(grid, 0..<grid.shape.columns))
    offset = LHSPacker.offset(of: type.storage)
  }

  var hasZeros: Bool { chooser.type.mapping.kind == .asymmetric || offset != 0 }
}

extension QuantizedType {
  /// Whether the smallest and the largest value of a block say all of its parameters, and codes are products
  /// with the inverse of its scale.
  var choosesByRange: Bool {
    switch rule {
    case .balanced, .extreme, .ends:
      isAffineInteger && mapping.kind != .biased && mapping.codes == nil
    default: false
    }
  }

  /// Whether rows become codes of this type by a kernel that knows its rule: the largest magnitude over 127.
  var isQuantizedBySlices: Bool {
    storage == .signed(bits: 8) && mapping == MappingFormat(kind: .symmetric, scale: .float32)
  }
}
