internal import AffineKernels

/// Scales or biases of a tiled matrix, in the bytes that their type has.
enum PackedScales: Sendable {
  case floats(Buffer<Float>)
  /// Bit patterns of binary16 and bfloat16.
  case halves(Buffer<UInt16>), brainHalves(Buffer<UInt16>)
  /// Exponents of two plus 127.
  case powers(Buffer<UInt8>)

  /// Spreads one number a block over lanes.
  init(
    _ values: Buffer<Float>, _ format: ScaleFormat, _ grid: BlockGrid, lanes: Int,
    _ slices: ContractedSlices, _ execution: Execution
  ) {
    func spread<Value: ExpressibleByIntegerLiteral & BitwiseCopyable & Sendable>(
      _ convert: (Float) -> Value
    ) -> Buffer<Value> {
      PackedRHS.spread(values, grid, lanes: lanes, slices, lasts: true, execution, convert)
    }
    self =
      switch format {
      case .float32: .floats(spread { $0 })
      case .float16: .halves(spread { Float16($0).bitPattern })
      case .bfloat16: .brainHalves(spread { BFloat16($0).bitPattern })
      case .e8m0: .powers(spread { E8M0(roundingUp: $0).bitPattern })
      }
  }

  var count: Int {
    switch self {
    case .floats(let values): values.count
    case .halves(let values), .brainHalves(let values): values.count
    case .powers(let values): values.count
    }
  }

  subscript(index: Int) -> Float {
    switch self {
    case .floats(let values): values[index]
    case .halves(let values): Float(Float16(bitPattern: values[index]))
    case .brainHalves(let values): BFloat16(bitPattern: values[index]).float
    case .powers(let values): E8M0(bitPattern: values[index]).float
    }
  }

  /// What kernels call the form of the numbers.
  var form: Int32 {
    switch self {
    case .floats: Int32(AQ_FLOATS)
    case .halves: Int32(AQ_HALVES)
    case .brainHalves: Int32(AQ_BRAIN_HALVES)
    case .powers: Int32(AQ_POWERS)
    }
  }

  /// The bytes of a number.
  var stride: Int {
    switch self {
    case .floats: 4
    case .halves, .brainHalves: 2
    case .powers: 1
    }
  }

  /// The memory from a number on, or nothing where there is none.
  func optional(at index: Int) -> UnsafeRawPointer? {
    guard count > 0 else { return nil }
    return switch self {
    case .floats(let values): unsafe UnsafeRawPointer(values.pointer + index)
    case .halves(let values), .brainHalves(let values):
      unsafe UnsafeRawPointer(values.pointer + index)
    case .powers(let values): unsafe UnsafeRawPointer(values.pointer + index)
    }
  }
}
