internal import AffineQuant

/// What the scales and minima of 256 values are made of: small codes that a number in binary16 multiplies.
///
/// Products of 11 and 8 bits at most are exact in float32.
struct SuperBlock {
  var scale: Float = 0
  var minimum: Float = 0
  /// One a group, in two's complement where they have a sign.
  var scales = InlineArray<16, UInt8>(repeating: 0)
  var minima = InlineArray<16, UInt8>(repeating: 0)
}

/// Blocks of 256 values, whose groups have scales, and perhaps minima, that are codes themselves.
protocol GGUFSuperBlock: GGUFWritable {
  /// Reads the codes of values.
  static func unpackCodes(_ bytes: RawSpan, _ block: inout UnpackedBlock)
  /// Reads scales and minima.
  static func unpackScales(_ bytes: RawSpan, _ supers: inout SuperBlock)
  /// The block of codes that begin at zero.
  static func pack(_ codes: Codes256, _ supers: SuperBlock) -> [UInt8]
}

extension GGUFSuperBlock {
  private static var groups: Int { 256 / quantizedType.block.columns }

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    unpackScales(bytes, &block.supers)
    unpackCodes(bytes, &block)
    for group in 0..<groups {
      let code = block.supers.scales[group]
      let number = hasSignedScales ? Float(Int8(bitPattern: code)) : Float(code)
      block.scales[group] = block.supers.scale * number
      block.biases[group] = -(block.supers.minimum * Float(block.supers.minima[group]))
    }
  }

  private static var hasSignedScales: Bool { quantizedType.mapping.codes?.storage.isSigned == true }

  static func parts(_ bytes: Buffer<UInt8>, _ shape: Shape) -> CodeMatrix.Parts {
    let type = quantizedType, groups = groups, blocks = shape.count / 256
    var (scales, minima) = ([UInt8](), [UInt8]()), (supers, minimumSupers) = ([Float](), [Float]())
    scales.reserveCapacity(blocks * groups)
    let codes = codes(bytes, shape) { _, block in
      for group in 0..<groups {
        scales.append(block.supers.scales[group])
        minima.append(block.supers.minima[group])
      }
      supers.append(block.supers.scale)
      minimumSupers.append(-block.supers.minimum)
    }
    let coded = QuantizedScales(
      scales: matrix(scales, supers, shape),
      biases: type.mapping.kind == .biased ? matrix(minima, minimumSupers, shape) : nil)
    return CodeMatrix.Parts(codes: codes, coded: coded)
  }

  /// A matrix of scales or of minima.
  private static func matrix(_ codes: [UInt8], _ supers: [Float], _ shape: Shape) -> CodeMatrix {
    guard let type = quantizedType.scaleType else { preconditionFailure("scales that are numbers") }
    let extent = BlockGrid(shape, quantizedType.block).extent
    let bytes = type.storage.packedRows(extent) { row, bytes in
      for column in 0..<extent.columns { bytes[column] = codes[row * extent.columns + column] }
    }
    return CodeMatrix(
      type: type, grid: BlockGrid(extent, type.block), codes: bytes, scales: Buffer(supers),
      zeroPoints: Buffer([]), biases: Buffer([]))
  }

  static func holds(_ number: Float) -> Bool { true }

  static func bytes(_ matrix: CodeMatrix) -> [UInt8] {
    guard let coded = matrix.codedScales else { preconditionFailure("scales that are numbers") }
    let (storage, groups) = (matrix.storage, groups)
    let (scales, minima) = (coded.scales.unpackedCodes(), coded.biases?.unpackedCodes())
    let (supers, minimumSupers) = (coded.scales.scales, coded.biases?.scales)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(supers.count * byteCount)
    var row = [Int16](repeating: 0, count: matrix.shape.columns)
    let packed = matrix.codes.span
    for index in 0..<supers.count {
      let rowBlocks = matrix.shape.columns / 256, place = index % rowBlocks
      if place == 0 {
        var span = row.mutableSpan
        storage.unpack(packed.extracting(matrix.codeBytes(ofRow: index / rowBlocks)), into: &span)
      }
      var block = SuperBlock(scale: supers[index], minimum: -(minimumSupers?[index] ?? 0))
      for group in 0..<groups {
        block.scales[group] = UInt8(truncatingIfNeeded: scales[index * groups + group])
        if let minima {
          block.minima[group] = UInt8(truncatingIfNeeded: minima[index * groups + group])
        }
      }
      bytes += pack(
        Codes256(row.span.extracting(place * 256..<(place + 1) * 256), storage.codes.lowerBound),
        block)
    }
    return bytes
  }
}

/// 256 codes, as numbers from zero.
struct Codes256 {
  private var codes = InlineArray<256, UInt8>(repeating: 0)

  /// Takes codes less the smallest that there is.
  init(_ source: borrowing Span<Int16>, _ smallest: Int) {
    for index in 0..<256 { codes[index] = UInt8(truncatingIfNeeded: Int(source[index]) - smallest) }
  }

  /// Some bits of all codes: of every so many bytes' codes, the first at the bottom of the bytes.
  ///
  /// - Parameters:
  ///   - bits: Of a code, which are as many as a byte has room for several times.
  ///   - first: The lowest of them.
  ///   - together: Bytes that follow each other before the next codes come above the first.
  /// - Returns: 256 / 8 · bits bytes.
  func packed(bits: Int, from first: Int = 0, together: Int = 32) -> [UInt8] {
    let places = 8 / bits, mask = UInt8((1 << bits) - 1)
    return (0..<256 / places).map { index in
      let start = index / together * together * places + index % together
      return (0..<places).reduce(0) { byte, place in
        let code = (codes[start + place * together] >> UInt8(first)) & mask
        return byte | code << UInt8(place * bits)
      }
    }
  }
}

/// A number in binary16, which it is.
func halfBytes(_ number: Float) -> [UInt8] {
  let pattern = Float16(number).bitPattern
  return [UInt8(truncatingIfNeeded: pattern), UInt8(pattern >> 8)]
}
