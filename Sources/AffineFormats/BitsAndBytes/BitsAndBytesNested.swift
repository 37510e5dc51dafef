internal import AffineQuant

/// Scales that are quantized themselves: places in a table, times the largest of some neighbours, plus a mean.
struct BitsAndBytesNested {
  /// One a block of the weight, row by row.
  private let codes: [UInt8]
  private let table: [Float]
  /// One for so many blocks that follow each other, also from one row to the next.
  private let largest: [Float]
  private let together: Int
  private let mean: Float

  /// - Returns: `nil` where scales are numbers.
  /// - Throws: ``QuantizedCheckpointError``: parts that are missing, or do not fit each other.
  init?(
    _ tensor: String, _ blocks: Int, _ settings: CheckpointSettings, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) {
    let entry = try tensors.entry("\(tensor).absmax")
    guard entry.element == .uint8 else { return nil }
    guard entry.shape.reduce(1, *) == blocks else {
      throw .shape(tensor: entry.name, found: entry.shape, reason: "there are \(blocks) blocks")
    }
    codes = try tensors.elements(entry.name, .uint8, as: UInt8.self).array
    table = try tensors.elements("\(tensor).nested_quant_map", .float32, as: Float.self).array
    largest = try tensors.elements("\(tensor).nested_absmax", .float32, as: Float.self).array
    together = try settings.integer("nested_blocksize")
    guard table.count == 256, together > 0,
      largest.count == blocks / together + (blocks.isMultiple(of: together) ? 0 : 1)
    else {
      throw .shape(
        tensor: "\(tensor).nested_absmax", found: [largest.count],
        reason: "there are \(blocks) blocks by \(together), of \(table.count) values")
    }
    guard let mean = settings.object.member("nested_offset").flatMap(Self.float) else {
      throw .setting(
        format: settings.format, name: "nested_offset",
        found: settings.object.member("nested_offset")?.serialized ?? "missing")
    }
    self.mean = mean
  }

  private static func float(_ value: JSONValue) -> Float? {
    switch value {
    case .integer(let number): Float(number)
    case .otherNumber(let text): Float(text)
    default: nil
    }
  }

  /// What the codes stand for.
  var numbers: [Float] {
    codes.enumerated().map { table[Int($1)] * largest[$0 / together] + mean }
  }

  /// The type of the codes where rows have so many of them; `nil` where none takes fewer bytes than numbers: of
  /// another table than usual, or with scales that end in the middle of rows, each at another column.
  func scaleCodes(rowBlocks: Int) -> ScaleCodes? {
    let block =
      if together >= self.codes.count {
        Block(rows: Block.whole, columns: Block.whole)
      } else if together.isMultiple(of: rowBlocks) {
        Block(rows: together / rowBlocks, columns: Block.whole)
      } else {
        Block(rows: 1, columns: Self.greatestDivisor(rowBlocks, together))
      }
    let codes = ScaleCodes.doubleQuantized(block)
    return codes.table?.values == table && block.columns > 1 ? codes : nil
  }

  private static func greatestDivisor(_ first: Int, _ second: Int) -> Int {
    var (divisor, rest) = (first, second)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    return divisor
  }

  /// The codes as scales of a type whose scale codes are ``scaleCodes(rowBlocks:)``.
  func scales(_ type: QuantizedType, _ grid: BlockGrid) -> QuantizedScales {
    guard let scaleType = type.scaleType else { preconditionFailure("scales that are numbers") }
    let blocks = BlockGrid(grid.extent, scaleType.block), extent = blocks.extent
    let supers = (0..<extent.count).map { index in
      let row = blocks.rows(ofBlock: index / extent.columns).lowerBound
      // All columns where they are one block.
      let column = extent.columns == 1 ? 0 : index % extent.columns * scaleType.block.columns
      return largest[(row * grid.extent.columns + column) / together]
    }
    let matrix = CodeMatrix(
      type: scaleType, grid: blocks, codes: Buffer(codes), scales: Buffer(supers),
      zeroPoints: Buffer([]), biases: Buffer([]))
    return QuantizedScales(scales: matrix, biases: nil, mean: mean)
  }
}
