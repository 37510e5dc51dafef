internal import AffineQuant

/// How the blocks of one type of tensors hold codes, scales and biases.
protocol GGUFBlock {
  /// The type of a matrix of these codes and parameters; its group is 16 or 32 values.
  static var quantizedType: QuantizedType { get }
  /// How many values a block has.
  static var valueCount: Int { get }
  /// How many bytes a block takes.
  static var byteCount: Int { get }
  /// The scale of the matrix over that of the block.
  static var scaleUnit: Float { get }

  /// Reads one block.
  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock)
  /// What a code stands for where the scale is 1.
  static func number(_ code: UInt8) -> Float

  /// The values of whole blocks.
  static func values(_ bytes: Buffer<UInt8>) -> Buffer<Float>
  /// Codes and parameters of whole blocks, as a matrix of ``quantizedType`` has them.
  static func parts(_ bytes: Buffer<UInt8>, _ shape: Shape) -> CodeMatrix.Parts
}

/// One block, unpacked.
struct UnpackedBlock {
  /// Codes in the order of the values, in two's complement where they have a sign.
  var codes = InlineArray<16, SIMD16<UInt8>>(repeating: SIMD16(repeating: 0))
  /// One a group.
  var scales = InlineArray<16, Float>(repeating: 0)
  /// One a group, where the mapping has biases.
  var biases = InlineArray<16, Float>(repeating: 0)
  /// What scales and biases are made of, in blocks of 256 values.
  var supers = SuperBlock()
}

extension GGUFBlock {
  static var scaleUnit: Float { 1 }
  static func number(_ code: UInt8) -> Float { Float(Int8(bitPattern: code)) }

  /// Vectors of 16 codes that share a scale.
  fileprivate static var groupVectors: Int { quantizedType.block.columns / 16 }
  fileprivate static var isBiased: Bool { quantizedType.mapping.kind == .biased }

  // Requirements, though no type has its own: so each is compiled for its type.

  static func values(_ bytes: Buffer<UInt8>) -> Buffer<Float> {
    let (isBiased, groupVectors, vectors) = (isBiased, groupVectors, valueCount / 16)
    var block = UnpackedBlock()
    return Buffer(count: bytes.count / byteCount * valueCount, zeroed: false) { values in
      let source = bytes.span.raw
      for index in 0..<source.byteCount / byteCount {
        unpack(source.extracting(index * byteCount..<(index + 1) * byteCount), &block)
        for vector in 0..<vectors {
          let scale = block.scales[vector / groupVectors]
          let bias = block.biases[vector / groupVectors]
          for lane in 0..<16 {
            let product = number(block.codes[vector][lane]) * scale
            // Adding a bias of zero would lose the sign of a zero.
            values[index * valueCount + vector * 16 + lane] = isBiased ? product + bias : product
          }
        }
      }
    }
  }

  static func parts(_ bytes: Buffer<UInt8>, _ shape: Shape) -> CodeMatrix.Parts {
    let isBiased = isBiased, groups = valueCount / 16 / groupVectors
    let count = shape.count / valueCount * groups
    var scales = [Float](repeating: 0, count: count)
    var biases = [Float](repeating: 0, count: isBiased ? count : 0)
    let codes = codes(bytes, shape) { index, block in
      for group in 0..<groups {
        scales[index * groups + group] = block.scales[group] * scaleUnit
        if isBiased { biases[index * groups + group] = block.biases[group] }
      }
    }
    return CodeMatrix.Parts(codes: codes, scales: Buffer(scales), biases: Buffer(biases))
  }

  /// The codes of whole blocks, row by row; `take` is given every block.
  @inline(__always)
  static func codes(
    _ bytes: Buffer<UInt8>, _ shape: Shape, take: (_ index: Int, UnpackedBlock) -> Void
  ) -> Buffer<UInt8> {
    let (storage, vectors) = (quantizedType.storage, valueCount / 16)
    let (rowBlocks, rowBytes) = (
      shape.columns / valueCount, storage.byteCount(columns: shape.columns)
    )
    var row = [UInt8](repeating: 0, count: shape.columns)
    var block = UnpackedBlock()
    return Buffer<UInt8>(count: shape.rows * rowBytes, zeroed: false) { packed in
      let source = bytes.span.raw
      for index in 0..<shape.rows * rowBlocks {
        unpack(source.extracting(index * byteCount..<(index + 1) * byteCount), &block)
        let place = index % rowBlocks
        var rowSpan = row.mutableSpan
        for vector in 0..<vectors {
          rowSpan.store(block.codes[vector], at: place * valueCount + vector * 16)
        }
        take(index, block)
        guard place == rowBlocks - 1 else { continue }
        let end = (index / rowBlocks + 1) * rowBytes
        var target = packed.part(end - rowBytes..<end)
        storage.pack(row.span, into: &target)
      }
    }
  }
}
