internal import AffineKernels

/// Where a product writes, and what becomes of its sums on the way. Workers read addresses and numbers alone.
@safe
struct ProductResult {
  let shape: Shape
  /// How far neighbouring rows of the result lie apart.
  private let rowStride: Int
  private let target: Target
  private let bias: UnsafePointer<Float>?
  private let activation: Int32
  /// `nil` where sums are written as they are.
  private let kernel: Kernel<FinishRows>?
  /// Sums that are not yet what the result holds: a block of rows and a panel of columns for each worker.
  private let scratch: DisjointMemory<Float>?
  private let scratchCount, scratchStride: Int
  /// What the addresses belong to.
  private let owner: Buffer<Float>?

  enum Target {
    /// Whether the sums are what it holds.
    var isFloat: Bool { if case .float32 = self { true } else { false } }

    case float32(DisjointMemory<Float>)
    case float16(DisjointMemory<Float16>)
    case bfloat16(DisjointMemory<BFloat16>)
  }

  /// Takes the most rows and columns that are written together, and the kernel that finishes sums: `nil`
  /// where they are the result, floats without bias or activation.
  init(
    _ target: Target, _ shape: Shape, stride rowStride: Int? = nil, _ end: ProductEnd,
    block: Shape, threads: Int, _ workspace: Workspace, _ kernel: Kernel<FinishRows>?
  ) {
    self.shape = shape
    self.rowStride = rowStride ?? shape.columns
    self.target = target
    unsafe bias = unsafe end.bias?.pointer
    activation = end.activation.code
    owner = end.bias
    let isFloat = target.isFloat
    self.kernel = kernel
    precondition(kernel != nil || isFloat && end.isNone, "sums that nothing finishes")
    scratchStride = block.columns
    scratchCount = isFloat ? 0 : block.count
    scratch = isFloat ? nil : workspace.take(block.count * threads)
  }

  /// Lends memory for the sums of a block, whose rows lie `stride` apart, and finishes them.
  func write(
    _ rows: Range<Int>, _ columns: Range<Int>, worker: Int,
    _ body: (_ sums: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) {
    // Rows and columns of a block are its own, and a worker's scratch is.
    let place = rows.lowerBound * rowStride + columns.lowerBound
    let (sums, stride): (UnsafeMutablePointer<Float>, Int)
    if let scratch {
      unsafe (sums, stride) = (scratch.pointer + worker * scratchCount, scratchStride)
    } else {
      guard case .float32(let memory) = target else { preconditionFailure("no memory for sums") }
      unsafe (sums, stride) = (memory.pointer + place, rowStride)
    }
    unsafe body(sums, stride)
    guard let kernel else { return }
    let bias = unsafe bias.map { unsafe $0 + columns.lowerBound }
    var arguments = unsafe FinishRows(
      c: aq_finish_args(
        rows: rows.count, columns: columns.count, sums: sums, stride: stride, bias: bias,
        activation: activation, out: start(place), out_stride: rowStride, form: form))
    kernel(&arguments)
  }

  /// The same where there is nothing to sum.
  func writeZeros(_ rows: Range<Int>, _ columns: Range<Int>, worker: Int) {
    unsafe write(rows, columns, worker: worker) { sums, stride in
      for row in 0..<rows.count {
        unsafe (sums + row * stride).update(repeating: 0, count: columns.count)
      }
    }
  }

  private func start(_ place: Int) -> UnsafeMutableRawPointer {
    switch target {
    case .float32(let memory): unsafe UnsafeMutableRawPointer(memory.pointer + place)
    case .float16(let memory): unsafe UnsafeMutableRawPointer(memory.pointer + place)
    case .bfloat16(let memory): unsafe UnsafeMutableRawPointer(memory.pointer + place)
    }
  }

  private var form: Int32 {
    switch target {
    case .float32: Int32(AQ_FLOATS)
    case .float16: Int32(AQ_HALVES)
    case .bfloat16: Int32(AQ_BRAIN_HALVES)
    }
  }
}
