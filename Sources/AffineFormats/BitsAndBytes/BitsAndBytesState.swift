internal import AffineQuant

/// How a weight of bitsandbytes is quantized to 4 bits.
struct BitsAndBytesState {
  let shape: Shape
  let blockSize: Int
  /// One a block, as a number.
  let scales: [Float]
  /// The same as they are in the file, where they are codes that a type holds.
  let nested: (codes: BitsAndBytesNested, type: ScaleCodes)?
  let codebook: CodebookFormat
  /// By code of the file, the code of the table.
  let codes: [UInt8]

  /// - Throws: ``QuantizedCheckpointError``: parts that are missing, or do not fit each other.
  init(
    _ tensor: String, kind: String, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) {
    let name = "\(tensor).quant_state.bitsandbytes__\(kind)"
    let text = try tensors.elements(name, .uint8, as: UInt8.self).array
    let object: JSONValue
    do { object = try JSONParser.parse(text) } catch {
      throw .malformedConfiguration(reason: error.reason, byte: error.byte)
    }
    let settings = CheckpointSettings(format: BitsAndBytesReader.format, object: object)
    blockSize = try settings.integer("blocksize")
    guard case .array(let extents) = object.member("shape"), extents.count == 2,
      let rows = extents[0].integer, let columns = extents[1].integer, rows > 0, columns > 0,
      !rows.multipliedReportingOverflow(by: columns).overflow
    else {
      throw .setting(
        format: settings.format, name: "shape",
        found: object.member("shape")?.serialized ?? "missing")
    }
    guard blockSize > 0, columns.isMultiple(of: blockSize) else {
      throw .unsupported(
        format: settings.format,
        feature: "blocks of \(blockSize) values that do not divide rows of \(columns)")
    }
    shape = Shape(rows, columns)
    (codebook, codes) = try Self.table("\(tensor).quant_map", kind, tensors)
    let blocks = columns / blockSize
    let found = try BitsAndBytesNested(tensor, rows * blocks, settings, tensors)
    if let found {
      scales = found.numbers
    } else {
      scales = try Self.scales(tensor, rows * blocks, tensors)
    }
    nested = found.flatMap { found in
      found.scaleCodes(rowBlocks: blocks).map { (found, $0) }
    }
  }

  /// The file's table in ascending order, and where its codes are in that.
  private static func table(
    _ tensor: String, _ kind: String, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> (CodebookFormat, [UInt8]) {
    let values = try tensors.elements(tensor, .float32, as: Float.self).array
    guard values.count == 16, values.allSatisfy(\.isFinite) else {
      throw .shape(tensor: tensor, found: [values.count], reason: "codes of 4 bits have 16 values")
    }
    if values == CodebookFormat.normalFloat4.values { return (.normalFloat4, Array(0..<16)) }
    var table = Array(Set(values.map { $0 + 0 })).sorted()
    // Where two codes have one value, as both zeros, others that nobody has keep the table's length.
    while table.count < 16 {
      let gap = table.indices.dropLast().max {
        table[$0 + 1] - table[$0] < table[$1 + 1] - table[$1]
      }
      guard let gap, table[gap] < (table[gap] + table[gap + 1]) / 2 else {
        throw .shape(tensor: tensor, found: [16], reason: "its values are all the same")
      }
      table.insert((table[gap] + table[gap + 1]) / 2, at: gap + 1)
    }
    let codes = values.map { value in
      UInt8(truncatingIfNeeded: table.firstIndex { $0 == value } ?? 0)
    }
    return (CodebookFormat(name: "bitsandbytes-\(kind)", values: table), codes)
  }

  /// The largest magnitude of each block.
  private static func scales(
    _ tensor: String, _ blocks: Int, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> [Float] {
    let entry = try tensors.entry("\(tensor).absmax")
    guard entry.shape.reduce(1, *) == blocks else {
      throw .shape(tensor: entry.name, found: entry.shape, reason: "there are \(blocks) blocks")
    }
    return try tensors.elements(entry.name, .float32, as: Float.self).array
  }
}
