/// Scales or biases of a tiled matrix: in half the bytes where the mapping says that they fit.
enum PackedScales: Sendable {
  case floats(Buffer<Float>)
  case halves(Buffer<Float16>)

  /// Spreads one number a block over lanes.
  init(
    _ values: Buffer<Float>, _ format: ScaleFormat, _ grid: BlockGrid, lanes: Int,
    _ slices: ContractedSlices, _ execution: Execution
  ) {
    if format == .float16 {
      self = .halves(
        PackedRHS.spread(values, grid, lanes: lanes, slices, lasts: true, execution) {
          Float16($0)
        })
    } else {
      self = .floats(
        PackedRHS.spread(values, grid, lanes: lanes, slices, lasts: true, execution) { $0 })
    }
  }

  var count: Int {
    switch self {
    case .floats(let values): values.count
    case .halves(let values): values.count
    }
  }

  subscript(index: Int) -> Float {
    switch self {
    case .floats(let values): values[index]
    case .halves(let values): Float(values[index])
    }
  }

  var isHalf: Bool { if case .halves = self { true } else { false } }

  /// The numbers as floats; exact.
  var floats: Buffer<Float> {
    switch self {
    case .floats(let values): return values
    case .halves(let values):
      let source = values.span
      return Buffer(count: values.count, zeroed: false) { Float16.widen(source, into: &$0) }
    }
  }

  /// The memory from a number on, or nothing where there is none.
  func optional(at index: Int) -> UnsafeRawPointer? {
    switch self {
    case .floats(let values):
      unsafe values.count > 0 ? UnsafeRawPointer(values.pointer + index) : nil
    case .halves(let values):
      unsafe values.count > 0 ? UnsafeRawPointer(values.pointer + index) : nil
    }
  }
}
