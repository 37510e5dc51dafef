internal import AffineLayers
internal import AffineQuant
/// Rows of one moment as floats, one row at a time.
@safe
struct MomentRows {
  private let layout: MomentLayout
  private let columns: Int
  private let memory: Moment.Memory
  private let coder: MomentCoder?, isRoot: Bool
  /// Where the groups of a row end, and the bytes of its codes.
  private let ends: [Int], rowBytes: Int, bits: Int
  /// Of what rounds at random.
  private let key: UInt64
  private let kernel: Kernel<DitherHalves>
  /// Of moments in codes.
  private let encoder: Kernel<EncodeMoments>
  /// A row as floats, then its codes; not used by moments that are floats.
  private let scratch: Allocation

  init(
    _ layout: MomentLayout, _ grid: BlockGrid, _ memory: Moment.Memory, key: UInt64,
    _ execution: Execution
  ) {
    self.layout = layout
    columns = grid.shape.columns
    self.memory = memory
    self.key = key
    encoder = EncodeKernels.moments.best(on: execution)
    kernel = QuantizeKernels.ditherHalves.best(on: execution)
    scratch = Allocation(
      byteCount: columns * (MemoryLayout<Float>.stride + 1), zeroed: false)
    if let type = layout.type {
      isRoot = layout.isRoot
      coder = MomentCoder(type, isRoot: isRoot)
      ends = RowRuns.ends(grid, 0..<columns)
      (rowBytes, bits) = (type.storage.byteCount(columns: columns), type.storage.bits)
    } else {
      (coder, isRoot, ends, rowBytes, bits) = (nil, false, [], 0, 0)
    }
  }

  private var row: UnsafeMutablePointer<Float> {
    unsafe scratch.start.assumingMemoryBound(to: Float.self)
  }

  private var rowCodes: UnsafeMutablePointer<UInt8> {
    unsafe (scratch.start + columns * MemoryLayout<Float>.stride)
      .assumingMemoryBound(to: UInt8.self)
  }

  /// The values of a row: the moment's own memory if it is floats, else a copy.
  func load(_ index: Int) -> UnsafeMutablePointer<Float> {
    let values = unsafe row
    switch layout {
    case .float32: return unsafe memory.floats.pointer + index * columns
    case .bfloat16:
      let halves = unsafe memory.halves.pointer + index * columns
      for column in 0..<columns { unsafe values[column] = Float(halves[column]) }
    case .codes, .roots:
      guard let coder else { break }
      let codes = unsafe memory.codes.pointer + index * rowBytes
      let scales = unsafe memory.scales.pointer + index * ends.count
      let (isPacked, mask) = (bits == 4 ? 1 : 0, UInt8(bits == 4 ? 15 : 255))
      unsafe coder.values.withUnsafeBufferPointer { table in
        var start = 0
        for (run, end) in ends.enumerated() {
          let scale = unsafe scales[run]
          for column in start..<end {
            let shift = UInt8(truncatingIfNeeded: column & isPacked) &* 4
            let code = unsafe codes[column >> isPacked] &>> shift & mask
            let number = unsafe table[Int(code)] * scale
            unsafe values[column] = isRoot ? number * number : number
          }
          start = end
        }
      }
    }
    return unsafe values
  }

  /// Keeps the values that ``load(_:)`` lent, all of them finite.
  func store(_ index: Int) {
    switch layout {
    case .float32: break
    case .bfloat16:
      let first = index * columns
      unsafe kernel.round(
        row, columns, key, first: first, into: memory.halves.pointer + first)
    case .codes, .roots: storeCodes(index)
    }
  }

  private func storeCodes(_ index: Int) {
    guard let coder else { return }
    let (values, bytes) = unsafe (row, memory.codes.pointer + index * rowBytes)
    let scales = unsafe memory.scales.pointer + index * ends.count
    let codes = unsafe bits == 8 ? bytes : rowCodes
    let rowKey = RootCodes.key(key, row: index, columns: columns)
    unsafe coder.encode(values, ends, codes, scales, key: rowKey, encoder)
    guard bits == 4 else { return }
    for byte in 0..<rowBytes {
      let high = unsafe 2 * byte + 1 < columns ? codes[2 * byte + 1] : 0
      unsafe bytes[byte] = codes[2 * byte] | high << 4
    }
  }
}
