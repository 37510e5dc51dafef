/// The kernels that move codes to other places of their rows.
struct CodeMover: Sendable {
  let storage: CodeFormat
  let unpack: Kernel<UnpackCodes>
  let pack: Kernel<PackCodes>

  init(_ storage: CodeFormat, _ execution: Execution) {
    self.storage = storage
    unpack = BitKernels.unpack.best(on: execution)
    pack = BitKernels.pack.best(on: execution)
  }

  /// The kernels in the order in which they run; of whole rows, which are copied as they lie, none does.
  var rows: [KernelRow] { [unpack.row, pack.row] }

  /// Bytes that reading some columns takes: eight codes start in a byte.
  func room(for columns: Range<Int>) -> Int { columns.upperBound - columns.lowerBound / 8 * 8 }

  /// Reads some columns of a row, a byte each.
  ///
  /// - Returns: Where in `codes` they are.
  func read(
    _ row: borrowing Span<UInt8>, _ columns: Range<Int>, into codes: inout MutableSpan<UInt8>
  ) -> Range<Int> {
    let first = columns.lowerBound / 8 * 8
    var target = codes.part(0..<room(for: columns))
    storage.unpack(
      row.extracting(first * storage.bits / 8..<storage.byteCount(columns: columns.upperBound)),
      into: &target, unpack)
    return columns.lowerBound - first..<columns.upperBound - first
  }
}
