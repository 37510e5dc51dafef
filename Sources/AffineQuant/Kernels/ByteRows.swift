internal import AffineKernels

/// Rows of codes as bytes, every slice padded with zeros to whole quads: what panels are made of.
struct ByteRows {
  private let matrix: CodeMatrix
  private let slices: ContractedSlices
  /// Added to every code, modulo 256.
  private let offset: UInt8
  private let isSigned: Bool
  private let totalsKernel: Kernel<TotalsOfSlices>
  /// A row before it is padded.
  private var codes: [UInt8]
  private var wide: [Int16]

  /// The matrix lies row by row.
  init(
    _ matrix: CodeMatrix, _ slices: ContractedSlices, offset: Int, isSigned: Bool,
    _ execution: Execution
  ) {
    self.matrix = matrix
    self.slices = slices
    self.offset = UInt8(truncatingIfNeeded: offset)
    self.isSigned = isSigned
    totalsKernel = PanelKernels.totals.best(on: execution.instructionSet)
    codes = [UInt8](repeating: 0, count: slices.isUnpadded ? 0 : matrix.shape.columns)
    let isDirect = matrix.storage.bits == 8 || matrix.storage.bits == 4
    wide = [Int16](repeating: 0, count: isDirect ? 0 : matrix.shape.columns)
  }

  /// Writes the padded bytes of one row.
  mutating func write(_ row: Int, into bytes: inout MutableSpan<UInt8>) {
    Self.write(row, matrix, slices, offset, &codes, &wide, into: &bytes)
  }

  private static func write(
    _ row: Int, _ matrix: CodeMatrix, _ slices: ContractedSlices, _ offset: UInt8,
    _ codes: inout [UInt8], _ wide: inout [Int16], into bytes: inout MutableSpan<UInt8>
  ) {
    let source = matrix.codes.span.extracting(matrix.codeBytes(ofRow: row))
    var wideSpan = wide.mutableSpan
    if slices.isUnpadded {
      matrix.writeBytes(source, offset, &wideSpan, into: &bytes)
      return
    }
    var codeSpan = codes.mutableSpan
    matrix.writeBytes(source, offset, &wideSpan, into: &codeSpan)
    var position = 0
    for (range, quads) in zip(slices.ranges, slices.quads) {
      for (offset, column) in range.enumerated() { bytes[position + offset] = codeSpan[column] }
      let end = position + Int(quads) * 4
      for place in position + range.count..<end { bytes[place] = 0 }
      position = end
    }
  }

  /// The sums of a row's bytes, and of the products of neighbours, a slice each.
  func totals(
    _ bytes: borrowing Span<UInt8>, _ total: inout MutableSpan<Int32>,
    _ product: inout MutableSpan<Int32>
  ) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe slices.quads.withUnsafeBufferPointer { quads in
        unsafe total.withUnsafeMutableBufferPointer { total in
          unsafe product.withUnsafeMutableBufferPointer { product in
            guard let codes = bytes.baseAddress, let quadStart = quads.baseAddress,
              let total = total.baseAddress, let product = product.baseAddress
            else { return }
            var arguments = unsafe TotalsOfSlices(
              c: aq_totals_args(
                codes: codes, is_signed: isSigned, slices: quads.count, slice_quads: quadStart,
                total: total, product: product))
            totalsKernel(&arguments)
          }
        }
      }
    }
  }
}

extension CodeMatrix {
  /// One byte a code of a row, plus an offset. `wide` has room for codes that lie neither one nor two
  /// a byte.
  fileprivate func writeBytes(
    _ row: borrowing Span<UInt8>, _ offset: UInt8, _ wide: inout MutableSpan<Int16>,
    into bytes: inout MutableSpan<UInt8>
  ) {
    let columns = shape.columns
    switch storage.bits {
    case 8:
      unsafe row.withUnsafeBufferPointer { row in
        unsafe bytes.withUnsafeMutableBufferPointer { bytes in
          for column in 0..<columns { unsafe bytes[column] = row[column] &+ offset }
        }
      }
    case 4:
      // Sign extension is an exclusive or and a difference, which joins the offset.
      let sign: UInt8 = storage.isSigned ? 8 : 0
      let shift = offset &- sign
      unsafe row.withUnsafeBufferPointer { row in
        unsafe bytes.withUnsafeMutableBufferPointer { bytes in
          for byte in 0..<columns / 2 {
            unsafe bytes[2 * byte] = ((row[byte] & 15) ^ sign) &+ shift
            unsafe bytes[2 * byte + 1] = ((row[byte] >> 4) ^ sign) &+ shift
          }
          if columns % 2 == 1 {
            unsafe bytes[columns - 1] = ((row[columns / 2] & 15) ^ sign) &+ shift
          }
        }
      }
    default:
      storage.unpack(row, into: &wide)
      for column in 0..<columns {
        bytes[column] = UInt8(truncatingIfNeeded: wide[column]) &+ offset
      }
    }
  }
}
