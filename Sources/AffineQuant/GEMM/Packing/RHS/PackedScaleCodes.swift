internal import AffineKernels

/// Codes of scales in panels, at their own bits, and the scales of those.
struct PackedScaleCodes: Sendable {
  /// Of each panel: slice after slice; where a code has 4 bits two slices together, of 6 bits four.
  let bytes: Buffer<UInt8>
  let storage: CodeFormat
  /// Slices and lanes of a panel.
  let slices, lanes: Int
  /// Slices of a super-block, as a power of two.
  let shift: Int
  /// One a panel, super-block and lane.
  let supers: PackedScales
  let panels: Int
  /// What codes stand for, and what is added to their products; `nil`: numbers.
  let places: (table: Buffer<Float>, mean: Float)?

  /// Codes lie as unsigned numbers.
  var offset: Int { storage.isSigned ? 1 << (storage.bits - 1) : 0 }
  var count: Int { panels * slices * lanes }
  private var superSlices: Int { (slices - 1) >> shift + 1 }
  var superPanelBytes: Int { supers.panelBytes(superSlices * lanes) }
  var panelBytes: Int { Self.rows(storage, slices) * lanes }
  var byteCount: Int { bytes.count + supers.byteCount }

  var form: Int32 {
    switch storage.bits {
    case 4: Int32(AQ_CODES_4)
    case 6: Int32(AQ_CODES_6)
    case _ where places != nil: Int32(AQ_PLACES)
    default: Int32(storage.isInteger ? AQ_CODES_8 : AQ_SMALL_FLOATS)
    }
  }

  /// Bytes of the slices of a lane.
  private static func rows(_ storage: CodeFormat, _ slices: Int) -> Int {
    switch storage.bits {
    case 4: (slices + 1) / 2
    case 6: (slices + 3) / 4 * 3
    default: slices
    }
  }

  /// Slices of a super-block, where such lie evenly and there are several slices; several right panels of one slice
  /// lie as one.
  private static func together(_ block: Block, slices: Int) -> Int? {
    let together = min(block.columns, slices)
    return slices > 1 && (together.nonzeroBitCount == 1 || together == slices) ? together : nil
  }

  /// The bytes of scales of so many lanes and slices; `nil` where they lie as numbers.
  static func byteCount(
    _ codes: ScaleCodes, _ scale: ScaleFormat, lanes: Int, slices: Int
  ) -> Int? {
    together(codes.block, slices: slices).map { together in
      lanes * (rows(codes.storage, slices) + ((slices - 1) / together + 1) * scale.byteCount)
    }
  }

  /// What kernels read of a matrix of scales whose columns are the slices of panels; `nil` where its
  /// super-blocks do not lie evenly, or there is one slice alone.
  init?(_ scales: CodeMatrix, mean: Float?, lanes: Int, _ execution: Execution) {
    let (grid, slices) = (scales.grid, scales.shape.columns)
    guard grid.origin == Shape(0, 0), let together = Self.together(grid.block, slices: slices)
    else { return nil }
    shift = together == slices ? UInt32.bitWidth - 1 : together.trailingZeroBitCount
    storage = scales.storage
    places = mean.map { (scales.type.productTable ?? Buffer([]), $0) }
    self.slices = slices
    self.lanes = lanes
    panels = (scales.shape.rows + lanes - 1) / lanes
    supers = PackedScales(
      scales.scales, scales.type.mapping.scale, grid, lanes: lanes, ContractedSlices([grid], kr: 1),
      execution)
    bytes = Self.packed(scales, panels, lanes, slices, execution)
  }

  /// Those of matrices that lie above each other, all but the last in whole panels.
  init(joining parts: [PackedScaleCodes]) {
    (storage, slices, lanes) = (parts[0].storage, parts[0].slices, parts[0].lanes)
    (shift, places) = (parts[0].shift, parts[0].places)
    precondition(
      parts.allSatisfy { $0.shift == parts[0].shift && $0.places?.mean == parts[0].places?.mean },
      "strips whose scales have several means, or super-blocks of several sizes")
    panels = parts.reduce(0) { $0 + $1.panels }
    supers = PackedScales(joining: parts.map(\.supers))
    bytes = Buffer(joining: parts.map(\.bytes))
  }

  private static func packed(
    _ scales: CodeMatrix, _ panels: Int, _ lanes: Int, _ slices: Int, _ execution: Execution
  ) -> Buffer<UInt8> {
    let (storage, rows) = (scales.storage, scales.shape.rows)
    let (offset, bits) = (storage.isSigned ? 1 << (storage.bits - 1) : 0, storage.bits)
    let size = Self.rows(storage, slices) * lanes
    let pieces = (0..<slices).map { Self.pieces(bits, $0) }
    let bytes = BufferBuilder<UInt8>(count: panels * size, zeroed: true, lasts: true)
    ThreadPool.shared.parallelRows(panels, slices * lanes, execution) { part in
      var codes = [Int16](repeating: 0, count: slices)
      for panel in part {
        bytes.memory.withRange(panel * size..<(panel + 1) * size) { output in
          for row in panel * lanes..<min((panel + 1) * lanes, rows) {
            var span = codes.mutableSpan
            storage.unpack(
              scales.codes.span.extracting(scales.codeBytes(ofRow: row)), into: &span, execution)
            for slice in 0..<slices {
              let code = UInt8(truncatingIfNeeded: Int(codes[slice]) + offset)
              for piece in pieces[slice] {
                let byte = piece.row * lanes + row % lanes
                output[byte] |= ((code >> piece.first) & piece.mask) << piece.place
              }
            }
          }
        }
      }
    }
    return bytes.buffer
  }

  /// The code of a number's place, as a bit pattern.
  func pattern(_ index: Int) -> UInt8 {
    let (panel, slice, lane) = coordinates(index)
    let start = panel * panelBytes + lane
    let code: UInt8 =
      switch storage.bits {
      case 4: bytes[start + slice / 2 * lanes] >> UInt8(slice % 2 * 4) & 15
      case 6:
        SqueezedCodes.code(bits: 6, quad: slice % 4) {
          bytes[start + (slice / 4 * 3 + $0) * lanes]
        }
      default: bytes[start + slice * lanes]
      }
    return UInt8(truncatingIfNeeded: Int(code) - offset)
  }

  subscript(index: Int) -> Float {
    let (panel, slice, lane) = coordinates(index)
    let number = superIndex(panel, slice >> shift, lane), pattern = pattern(index)
    if let places { return places.table[Int(pattern)] * supers[number] + places.mean }
    let code =
      switch storage {
      case .float(let format): format.value(of: pattern)
      default: storage.isSigned ? Float(Int8(bitPattern: pattern)) : Float(pattern)
      }
    return code * supers[number]
  }

  private func superIndex(_ panel: Int, _ block: Int, _ lane: Int) -> Int {
    (panel * superSlices + block) * lanes + lane
  }

  private func coordinates(_ index: Int) -> (panel: Int, slice: Int, lane: Int) {
    (index / (slices * lanes), index / lanes % slices, index % lanes)
  }

  /// Bits of a code that lie together: from `first` on at `place` of the byte of a row.
  private typealias Piece = (row: Int, place: UInt8, first: UInt8, mask: UInt8)

  private static func pieces(_ bits: Int, _ slice: Int) -> [Piece] {
    switch bits {
    case 4: [(slice / 2, UInt8(slice % 2 * 4), 0, 15)]
    case 6 where slice % 4 < 3: [(slice / 4 * 3 + slice % 4, 0, 0, 63)]
    case 6: (0..<3).map { (slice / 4 * 3 + $0, 6, UInt8(2 * $0), 3) }
    default: [(slice, 0, 0, 255)]
    }
  }

  /// The matrix of scales again.
  func matrix(_ grid: BlockGrid, _ type: QuantizedType) -> CodeMatrix {
    let codes = storage.packedRows(grid.shape) { row, codes in
      for slice in 0..<slices {
        codes[slice] = pattern((row / lanes * slices + slice) * lanes + row % lanes)
      }
    }
    let extent = grid.extent
    let numbers = (0..<extent.count).map { block in
      let row = grid.rows(ofBlock: block / extent.columns).lowerBound
      return supers[superIndex(row / lanes, block % extent.columns, row % lanes)]
    }
    return CodeMatrix(
      type: type, grid: grid, codes: codes, scales: Buffer(numbers), zeroPoints: Buffer([]),
      biases: Buffer([]))
  }
}
