/// Reads parts of the rows of an operand as floats: copies, widens or dequantizes them.
struct FloatReader: Sendable {
  let source: FloatSource
  let kernels: ValueKernels
  /// Where the runs of a row of codes end, and their zero points, for each worker.
  private let ends: WorkerMemory<Int>
  private let zeroPoints: WorkerMemory<Float>

  init(_ source: FloatSource, _ kernels: ValueKernels, threads: Int, _ workspace: Workspace) {
    self.source = source
    self.kernels = kernels
    let runs = if case .codes(let matrix) = source { matrix.grid.extent.columns } else { 0 }
    ends = workspace.take(runs, workers: threads)
    zeroPoints = workspace.take(runs, workers: threads)
  }

  var shape: Shape { source.shape }

  /// Reads some columns of a row.
  func read(
    _ row: Int, _ columns: Range<Int>, worker: Int, into output: inout MutableSpan<Float>
  ) {
    let start = row * shape.columns
    let range = start + columns.lowerBound..<start + columns.upperBound
    switch source {
    case .float32(let matrix): output.copy(matrix.values.span.extracting(range))
    case .float16(let matrix):
      unsafe widen(UnsafeRawPointer(matrix.values.pointer + range.lowerBound), into: &output)
    case .bfloat16(let matrix):
      unsafe widen(UnsafeRawPointer(matrix.values.pointer + range.lowerBound), into: &output)
    case .codes: read(row..<row + 1, columns, worker: worker, into: &output)
    }
  }

  /// Reads the same columns of some rows, one row after the other.
  func read(
    _ rows: Range<Int>, _ columns: Range<Int>, worker: Int,
    into output: inout MutableSpan<Float>
  ) {
    let count = columns.count
    guard case .codes(let matrix) = source else {
      for (index, row) in rows.enumerated() {
        var target = output.part(index * count..<(index + 1) * count)
        read(row, columns, worker: worker, into: &target)
      }
      return
    }
    guard let dequantize = kernels.dequantize else { preconditionFailure("no kernels for codes") }
    // The same runs for all: making them costs as much as some hundred values.
    var runs = RowRuns(
      matrix, columns, ends: ends.part(of: worker), zeroPoints: zeroPoints.part(of: worker))
    for (index, row) in rows.enumerated() {
      var target = output.part(index * count..<(index + 1) * count)
      dequantize(matrix, row, &runs, into: &target)
    }
  }

  private func widen(_ halves: UnsafeRawPointer, into floats: inout MutableSpan<Float>) {
    guard let widen = kernels.widen else { preconditionFailure("no kernel for halves") }
    unsafe widen.widen(halves, into: &floats)
    withExtendedLifetime(source) {}
  }
}
