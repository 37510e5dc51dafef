/// Writes the codes of parts of a matrix, one part after the other.
struct CodeWriter {
  let storage: CodeFormat
  let shape: Shape
  /// Row by row, each a bit stream of whole bytes; parts that are written at once do not overlap.
  let memory: DisjointMemory<UInt8>
  /// Codes before they are packed, one a byte.
  private var scratch: [UInt8] = []
  private let packing: Kernel<PackCodes>

  init(
    _ storage: CodeFormat, _ shape: Shape, _ memory: DisjointMemory<UInt8>, _ execution: Execution
  ) {
    packing = BitKernels.pack.best(on: execution)
    self.storage = storage
    self.shape = shape
    self.memory = memory
  }

  private var rowBytes: Int { storage.byteCount(columns: shape.columns) }

  /// Encodes with the parameters that the encoder holds for these rows. The columns start with a byte.
  mutating func write(_ rows: FloatRows, _ ends: [Int], _ encoder: RowEncoder) {
    let (shape, columns) = (shape, rows.columns.count)
    if storage.bits == 8 {
      let start = rows.rows.lowerBound * rowBytes + rows.columns.lowerBound
      encoder.encode(
        rows, ends, extent: shape.columns, into: memory, at: start, stride: rowBytes)
      return
    }
    let missing = rows.rows.count * columns - scratch.count
    if missing > 0 { scratch.append(contentsOf: repeatElement(0, count: missing)) }
    var all = scratch.mutableSpan
    var codes = all.part(0..<rows.rows.count * columns)
    encoder.encode(rows, ends, extent: shape.columns, into: &codes)
    pack(rows)
  }

  /// Packs the codes of rows.
  private func pack(_ rows: FloatRows) {
    let left = rows.columns.lowerBound * storage.bits / 8
    let (columns, width) = (rows.columns.count, storage.byteCount(columns: rows.columns.count))
    let codes = scratch.span
    for (index, row) in rows.rows.enumerated() {
      let start = row * rowBytes + left
      memory.withRange(start..<start + width) { bytes in
        storage.pack(
          codes.extracting(index * columns..<(index + 1) * columns), into: &bytes, packing)
      }
    }
  }
}
