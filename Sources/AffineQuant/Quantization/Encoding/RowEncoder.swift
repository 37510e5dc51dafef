/// Turns the values of rows into codes, with the parameters of their runs.
struct RowEncoder {
  private let kernels: EncodingKernels
  /// Of the runs.
  private var parameters = EncodingParameters()

  init(_ chooser: ParameterChooser, _ rounding: Rounding, _ execution: Execution) {
    kernels = EncodingKernels(chooser, rounding, execution)
  }

  /// Takes the parameters of the runs of the rows that follow.
  mutating func load(_ runs: borrowing Span<BlockParameters>) {
    parameters.removeAll()
    for run in runs.indices { parameters.append(kernels.terms(of: runs[run])) }
  }

  /// Writes the codes of rows, one a byte, to places that lie `stride` bytes apart and are this
  /// call's alone. `extent` is the number of columns of the matrix.
  func encode(
    _ rows: FloatRows, _ ends: [Int], extent: Int, into codes: DisjointMemory<UInt8>, at start: Int,
    stride: Int
  ) {
    kernels.encode(
      rows, ends, parameters, extent: extent, into: codes, at: start, stride: stride)
  }

  /// The same for codes that lie without gaps.
  func encode(
    _ rows: FloatRows, _ ends: [Int], extent: Int, into codes: inout MutableSpan<UInt8>
  ) {
    kernels.encode(rows, ends, parameters, extent: extent, into: &codes)
  }

  /// The code of one value by the definition.
  func code(_ value: Float, _ block: BlockParameters, element: Int) -> Int {
    kernels.code(value, block, element: element)
  }
}
