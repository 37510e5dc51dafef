internal import AffineKernels

/// Reads parts of the rows of an operand as floats: copies, widens or dequantizes them.
struct FloatReader: Sendable {
  let source: FloatSource
  private let execution: Execution
  /// Of the step that makes floats of what is there; `nil` where they are.
  private let widen: Kernel<Halves>?

  init(_ source: FloatSource, _ execution: Execution) {
    self.source = source
    self.execution = execution
    switch source {
    case .float16: widen = HalfKernels.widen.best(on: execution)
    case .bfloat16: widen = HalfKernels.widenBrain.best(on: execution)
    case .float32, .codes: widen = nil
    }
  }

  var shape: Shape { source.shape }

  /// Reads some columns of a row.
  func read(_ row: Int, _ columns: Range<Int>, into output: inout MutableSpan<Float>) {
    let start = row * shape.columns
    let range = start + columns.lowerBound..<start + columns.upperBound
    switch source {
    case .float32(let matrix): output.copy(matrix.values.span.extracting(range))
    case .float16(let matrix):
      unsafe widen(UnsafeRawPointer(matrix.values.pointer + range.lowerBound), into: &output)
    case .bfloat16(let matrix):
      unsafe widen(UnsafeRawPointer(matrix.values.pointer + range.lowerBound), into: &output)
    case .codes(let matrix):
      var runs = RowRuns(matrix, columns)
      matrix.dequantize(row, &runs, into: &output, execution)
    }
  }

  private func widen(_ halves: UnsafeRawPointer, into floats: inout MutableSpan<Float>) {
    guard let widen else { preconditionFailure("no kernel for halves") }
    unsafe floats.withUnsafeMutableBufferPointer { floats in
      guard let start = floats.baseAddress else { return }
      var arguments = unsafe Halves(
        c: aq_halves_args(
          count: floats.count,
          halves: UnsafeMutablePointer(mutating: halves.assumingMemoryBound(to: UInt16.self)),
          floats: start))
      widen(&arguments)
    }
    withExtendedLifetime(source) {}
  }
}
