internal import AffineKernels

/// Scales or biases of a tiled matrix, in the bytes that their type has: one a panel, slice and lane.
indirect enum PackedScales: Sendable {
  case floats(Buffer<Float>)
  /// Bit patterns of binary16 and bfloat16.
  case halves(Buffer<UInt16>), brainHalves(Buffer<UInt16>)
  /// Exponents of two plus 127.
  case powers(Buffer<UInt8>)
  /// Codes and their scales.
  case codes(PackedScaleCodes)

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

  /// Those of matrices that lie above each other, all but the last in whole panels; of one form.
  init(joining parts: [PackedScales]) {
    // Of another form a part would be left out, and kernels read past the end.
    precondition(
      parts.allSatisfy { $0.form == parts[0].form }, "strips whose scales lie in several forms")
    self =
      switch parts[0] {
      case .floats:
        .floats(
          Buffer(joining: parts.compactMap { if case .floats(let v) = $0 { v } else { nil } }))
      case .halves:
        .halves(
          Buffer(joining: parts.compactMap { if case .halves(let v) = $0 { v } else { nil } }))
      case .brainHalves:
        .brainHalves(
          Buffer(joining: parts.compactMap { if case .brainHalves(let v) = $0 { v } else { nil } }))
      case .powers:
        .powers(
          Buffer(joining: parts.compactMap { if case .powers(let v) = $0 { v } else { nil } }))
      case .codes: .codes(PackedScaleCodes(joining: parts.compactMap(\.coded)))
      }
  }

  var count: Int {
    switch self {
    case .floats(let values): values.count
    case .halves(let values), .brainHalves(let values): values.count
    case .powers(let values): values.count
    case .codes(let codes): codes.count
    }
  }

  var byteCount: Int {
    if case .codes(let codes) = self { codes.byteCount } else { panelBytes(count) }
  }

  subscript(index: Int) -> Float {
    switch self {
    case .floats(let values): values[index]
    case .halves(let values): Float(Float16(bitPattern: values[index]))
    case .brainHalves(let values): BFloat16(bitPattern: values[index]).float
    case .powers(let values): E8M0(bitPattern: values[index]).float
    case .codes(let codes): codes[index]
    }
  }

  /// What kernels call the form of the numbers.
  var form: Int32 {
    switch self {
    case .floats: Int32(AQ_FLOATS)
    case .halves: Int32(AQ_HALVES)
    case .brainHalves: Int32(AQ_BRAIN_HALVES)
    case .powers: Int32(AQ_POWERS)
    case .codes(let codes): codes.form
    }
  }

  /// The codes, where scales are such.
  var coded: PackedScaleCodes? { if case .codes(let codes) = self { codes } else { nil } }

  /// The bytes of a panel that has so many numbers.
  func panelBytes(_ numbers: Int) -> Int {
    switch self {
    case .floats: 4 * numbers
    case .halves, .brainHalves: 2 * numbers
    case .powers: numbers
    case .codes(let codes): codes.panelBytes
    }
  }

  /// The memory from a byte on, or nothing where there is none.
  func optional(from byte: Int = 0) -> UnsafeRawPointer? {
    guard count > 0 else { return nil }
    let start =
      switch self {
      case .floats(let values): unsafe UnsafeRawPointer(values.pointer)
      case .halves(let values), .brainHalves(let values): unsafe UnsafeRawPointer(values.pointer)
      case .powers(let values): unsafe UnsafeRawPointer(values.pointer)
      case .codes(let codes): unsafe UnsafeRawPointer(codes.bytes.pointer)
      }
    return unsafe start + byte
  }
}

extension aq_super_scales {
  /// The scales of the codes of scales and biases, of the panels from one on.
  init(_ scales: PackedScales, _ biases: PackedScales, panel: Int = 0) {
    let codes = scales.coded, start = panel * (codes?.superPanelBytes ?? 0)
    unsafe self.init(
      scales: codes?.supers.optional(from: start),
      biases: biases.coded?.supers.optional(from: start), form: codes?.supers.form ?? 0,
      offset: Int32(codes?.offset ?? 0), shift: UInt32(codes?.shift ?? 0),
      table: codes?.places?.table.pointer, mean: codes?.places?.mean ?? 0)
  }
}
