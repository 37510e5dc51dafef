internal import AffineKernels

/// `lhs · rhsᵀ` in float, for operands that are float matrices or codes that become values.
///
/// Accumulates with fused multiply-adds in ascending order of the contracted axis, so every kernel
/// gives the same bits.
struct FloatProduct {
  /// How much of the contracted axis is packed at a time: a right panel of 32 lanes takes 96 KiB and the
  /// left rows that pass by it 3 KiB each, so that hundreds of them stay in a second-level cache.
  private static let depth = 768

  private let execution: Execution
  private let kernel: Kernel<FloatPanel>
  private let lhs, rhs: FloatOperand
  private let size: Shape

  /// Both operands have the same contracted extent.
  init(_ lhs: FloatOperand, _ rhs: FloatOperand, _ execution: Execution) {
    self.execution = execution
    kernel = MatmulKernels.float.best(on: execution.instructionSet)
    self.lhs = lhs
    self.rhs = rhs
    size = Shape(lhs.freeExtent, rhs.freeExtent)
  }

  /// The product, row by row.
  func callAsFunction() -> Buffer<Float> {
    let depth = lhs.contractedExtent
    return Buffer(count: size.count, zeroed: depth == 0) { output in
      for start in stride(from: 0, to: depth, by: Self.depth) {
        addBlock(start..<min(start + Self.depth, depth), to: output)
      }
    }
  }

  private func addBlock(_ block: Range<Int>, to output: DisjointMemory<Float>) {
    let (lhsLanes, rhsLanes) = (kernel.balancedLanes(rows: size.rows), kernel.rhsLanes)
    let lhsCount = (size.rows + lhsLanes - 1) / lhsLanes
    let rhsCount = (size.columns + rhsLanes - 1) / rhsLanes
    let lhsPanels = Buffer<Float>(count: lhsCount * lhsLanes * block.count, zeroed: false) {
      memory in
      ThreadPool.shared.parallel(lhsCount, threads: execution.threads) { panel in
        let length = lhsLanes * block.count
        memory.withRange(panel * length..<(panel + 1) * length) { span in
          lhs.fill(panel, lanes: lhsLanes, block, &span, execution)
        }
      }
    }
    let parts = min(rhsCount, execution.threads == 1 ? 1 : execution.threads * 4)
    ThreadPool.shared.parallel(parts, threads: execution.threads) { part in
      var rhsPanel = [Float](repeating: 0, count: rhsLanes * block.count)
      for panel in rhsCount * part / parts..<rhsCount * (part + 1) / parts {
        var span = rhsPanel.mutableSpan
        rhs.fill(panel, lanes: rhsLanes, block, &span, execution)
        unsafe rhsPanel.withUnsafeBufferPointer { values in
          guard let start = values.baseAddress else { return }
          // Columns of a panel are its own.
          var arguments = unsafe FloatPanel(
            c: aq_matmul_f32_args(
              depth: block.count, lhs: lhsPanels.pointer, lhs_lanes: lhsLanes, rhs: start,
              rows: size.rows,
              columns: min(rhsLanes, size.columns - panel * rhsLanes),
              out: output.pointer + panel * rhsLanes, stride: size.columns,
              accumulate: block.lowerBound > 0))
          kernel(&arguments)
        }
      }
    }
  }
}

/// One operand of a float product: values or codes, and the axis that is free.
enum FloatOperand {
  /// The free axis is the rows: the operand as it is.
  case rows(FloatSource)
  /// The free axis is the columns: the operand is read as its transpose.
  case columns(FloatSource)

  var freeExtent: Int {
    switch self {
    case .rows(let source): source.shape.rows
    case .columns(let source): source.shape.columns
    }
  }

  var contractedExtent: Int {
    switch self {
    case .rows(let source): source.shape.columns
    case .columns(let source): source.shape.rows
    }
  }

  /// Writes one panel, `[contracted index][lane]`, for a range of the contracted axis.
  func fill(
    _ panel: Int, lanes: Int, _ block: Range<Int>, _ output: inout MutableSpan<Float>,
    _ execution: Execution
  ) {
    let free = panel * lanes..<min((panel + 1) * lanes, freeExtent)
    switch self {
    case .rows(.float32(let matrix)):
      // The rows of a panel lie as far apart as rows of the matrix do.
      let start = free.lowerBound * matrix.shape.columns + block.lowerBound
      let rows = unsafe UnsafeRawPointer(matrix.values.pointer + start)
      unsafe TransposeKernels.interleave(
        rows.assumingMemoryBound(to: UInt32.self), stride: matrix.shape.columns, count: free.count,
        lanes: lanes, units: block.count, into: &output, execution)
      withExtendedLifetime(matrix) {}
    case .rows(let source):
      var rows = [Float](repeating: 0, count: lanes * block.count)
      var span = rows.mutableSpan
      for (lane, row) in free.enumerated() {
        var target = span.part(lane * block.count..<(lane + 1) * block.count)
        source.read(row, block, into: &target, execution)
      }
      TransposeKernels.interleave(
        rows, count: free.count, lanes: lanes, units: block.count, into: &output, execution)
    case .columns(let source):
      for (index, row) in block.enumerated() {
        var target = output.part(index * lanes..<index * lanes + free.count)
        source.read(row, free, into: &target, execution)
        for lane in free.count..<lanes { output[index * lanes + lane] = 0 }
      }
    }
  }
}

/// Lends the memory of two arrays; does not call `body` if either is empty.
func withStarts<A, B>(
  _ a: [A], _ b: [B], _ body: (UnsafePointer<A>, UnsafePointer<B>) -> Void
) {
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      guard let a = a.baseAddress, let b = b.baseAddress else { return }
      unsafe body(a, b)
    }
  }
}
