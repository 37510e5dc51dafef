/// The kernels that turn codes: one that turns them as they lie, or one for bytes, between two that unpack and pack.
struct CodeTransposer: Sendable {
  let storage: CodeFormat
  let turn: KernelTable<TransposeBytes>
  /// `nil` where codes are turned as they lie.
  let mover: CodeMover?
  private let kernel: Kernel<TransposeBytes>
  private let execution: Execution

  init(_ storage: CodeFormat, _ execution: Execution) {
    self.storage = storage
    self.execution = execution
    let direct = TransposeKernels.table(bits: storage.bits)
    turn = direct ?? TransposeKernels.bytes
    kernel = turn.best(on: execution)
    mover = direct == nil ? CodeMover(storage, execution) : nil
  }

  /// The kernels in the order in which they run.
  var rows: [KernelRow] {
    [mover?.unpack.row, kernel.row, mover?.pack.row].compactMap(\.self)
  }

  func callAsFunction(_ matrix: CodeMatrix) -> Buffer<UInt8> {
    let shape = matrix.shape
    guard let mover else {
      return matrix.codes.transposed(shape, kernel, bits: storage.bits, execution)
    }
    let bytes = Buffer<UInt8>(count: shape.count, zeroed: false) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(shape.rows, shape.columns, execution) { rows in
        for row in rows {
          memory.withRange(row * shape.columns..<(row + 1) * shape.columns) {
            storage.unpack(
              matrix.codes.span.extracting(matrix.codeBytes(ofRow: row)), into: &$0, mover.unpack)
          }
        }
      }
    }
    let turned = bytes.transposed(shape, kernel, bits: 8, execution)
    let rowBytes = storage.byteCount(columns: shape.rows)
    return Buffer(count: shape.columns * rowBytes, zeroed: false) { memory in
      ThreadPool.shared.parallelRows(shape.columns, shape.rows, execution) { rows in
        for row in rows {
          memory.withRange(row * rowBytes..<(row + 1) * rowBytes) {
            storage.pack(
              turned.span.extracting(row * shape.rows..<(row + 1) * shape.rows), into: &$0,
              mover.pack)
          }
        }
      }
    }
  }

  /// The rows that a part of the work starts at: what a kernel turns at once, whole cache lines of the result.
  static let granule = 128

  static func granules(_ shape: Shape) -> Int { (shape.rows + granule - 1) / granule }

  /// The parts of turning codes of so many bits, and their threads.
  static func split(
    _ shape: Shape, bits: Int, _ execution: Execution
  ) -> (parts: Int, threads: Int) {
    ThreadPool.split(
      granules(shape), granule * shape.columns, pace: paceOfSplit(bits: bits), execution)
  }

  /// Codes in a nanosecond by which turning is split: 2 to 4 times what one thread turns, since threads write parts of
  /// the same rows, which costs them cache lines of each other. 256 × 1024 on one thread and on two: bytes 15.6 and
  /// 20.6 µs, halves of bytes 14.1 and 10.1 (Zen 4).
  private static func paceOfSplit(bits: Int) -> Int { 8 * bits }
}
