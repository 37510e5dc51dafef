/// Writes the codes of parts of a matrix, one part after the other.
struct CodeWriter {
  let storage: CodeFormat
  let shape: Shape
  /// Row by row, each a bit stream of whole bytes; parts that are written at once do not overlap.
  let memory: DisjointMemory<UInt8>
  /// A row of codes before they are packed.
  private var scratch: [UInt8]

  init(_ storage: CodeFormat, _ shape: Shape, _ memory: DisjointMemory<UInt8>) {
    self.storage = storage
    self.shape = shape
    self.memory = memory
    scratch = storage.bits == 8 ? [] : [UInt8](repeating: 0, count: shape.columns)
  }

  /// Encodes with the parameters that the encoder holds. The columns start with a byte.
  mutating func write(_ rows: FloatRows, _ ends: [Int], _ encoder: RowEncoder) {
    let rowBytes = storage.byteCount(columns: shape.columns)
    let left = rows.columns.lowerBound * storage.bits / 8
    if storage.bits == 8, encoder.hasKernel {
      let start = rows.rows.lowerBound * rowBytes + left
      encoder.encode(rows, ends, into: memory, at: start, stride: rowBytes)
      return
    }
    let storage = storage
    let width = storage.byteCount(columns: rows.columns.count)
    for row in rows.rows {
      let first = row * shape.columns + rows.columns.lowerBound
      let start = row * rowBytes + left
      memory.withRange(start..<start + width) { bytes in
        rows.lend(row: row) { values in
          guard storage.bits < 8 else {
            encoder.encode(values, ends, first: first, into: &bytes)
            return
          }
          var row = scratch.mutableSpan
          var codes = row.part(0..<values.count)
          encoder.encode(values, ends, first: first, into: &codes)
          storage.pack(codes.span, into: &bytes)
        }
      }
    }
  }
}
