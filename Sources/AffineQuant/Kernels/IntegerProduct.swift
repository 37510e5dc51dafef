internal import AffineKernels

/// `lhs · rhsᵀ` for whole-number codes whose scales are constant along slices of both rows.
///
/// Sums inside a slice are exact; slices are added in float, in ascending order.
struct IntegerProduct {
  private let execution: Execution
  private let kernel: Kernel<IntegerTile>
  private let slices: ContractedSlices
  private let lhs, rhs: OperandPanels
  /// Sums of codes a slice and lane, scaled; only where the other side has biases.
  private let lhsSums, rhsSums: Buffer<Float>
  private let size: Shape

  /// Both matrices have the same columns.
  init(_ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution) {
    self.execution = execution
    kernel = MatmulKernels.integer.best(on: execution.instructionSet)
    slices = ContractedSlices([lhs.grid, rhs.grid])
    size = Shape(lhs.shape.rows, rhs.shape.rows)
    self.lhs = OperandPanels(
      lhs.readable(lanes: kernel.lhsLanes, slices), lanes: kernel.lhsLanes, slices: slices)
    self.rhs = OperandPanels(
      rhs.readable(lanes: kernel.rhsLanes, slices), lanes: kernel.rhsLanes, slices: slices)
    lhsSums = rhs.biases.count > 0 ? self.lhs.scaledSums(withBias: true) : Buffer([])
    rhsSums = lhs.biases.count > 0 ? self.rhs.scaledSums(withBias: false) : Buffer([])
  }

  /// The product, row by row.
  func callAsFunction() -> Buffer<Float> {
    Buffer(count: size.count, zeroed: slices.ranges.isEmpty) { output in
      guard !slices.ranges.isEmpty else { return }
      forEachTile { rows, columns, tile in
        // Tiles do not overlap: each has rows and columns of its own.
        unsafe tile.c.out = output.pointer + rows.lowerBound * size.columns + columns.lowerBound
        unsafe tile.c.stride = size.columns
        kernel(&tile)
      }
    }
  }

  /// The exact sums, before any scale: `[row][column][slice]`.
  func sums() -> [Int64] {
    let sliceCount = slices.ranges.count
    let scattered = Buffer<Int64>(count: size.count * sliceCount, zeroed: true) { output in
      forEachTile { rows, columns, tile in
        var sums = [Int64](repeating: 0, count: rows.count * columns.count * sliceCount)
        unsafe sums.withUnsafeMutableBufferPointer { buffer in
          unsafe tile.c.sums = buffer.baseAddress
          kernel(&tile)
        }
        for (i, row) in rows.enumerated() {
          for (j, column) in columns.enumerated() {
            let start = (row * size.columns + column) * sliceCount
            output.withRange(start..<start + sliceCount) { target in
              for slice in 0..<sliceCount {
                target[slice] = sums[(slice * rows.count + i) * columns.count + j]
              }
            }
          }
        }
      }
    }
    return scattered.array
  }
}

extension IntegerProduct {
  /// Packs the left operand once and every right panel once, and calls the kernel for each pair.
  ///
  /// A thread takes whole right panels, so no two write one column of the result.
  private func forEachTile(
    _ body: (_ rows: Range<Int>, _ columns: Range<Int>, _ tile: inout IntegerTile) -> Void
  ) {
    let lhsPanels = packed(lhs)
    // A few parts a thread even out what threads are slowed by.
    let parts = min(rhs.count, execution.threads == 1 ? 1 : execution.threads * 4)
    ThreadPool.shared.parallel(parts, threads: execution.threads) { part in
      var scratch = PanelScratch(
        lanes: rhs.lanes, pairs: slices.pairCount, execution)
      var panelMemory = [Int16](repeating: 0, count: rhs.panelLength)
      for panel in rhs.count * part / parts..<rhs.count * (part + 1) / parts {
        var span = panelMemory.mutableSpan
        rhs.fill(panel, &span, &scratch)
        unsafe withStarts(panelMemory, slices.pairs) { rhsCodes, pairs in
          for lhsPanel in 0..<lhs.count {
            var tile = unsafe tile(lhsPanel, lhsPanels, panel, rhsCodes, pairs)
            body(lhs.rows(of: lhsPanel), rhs.rows(of: panel), &tile)
          }
        }
      }
    }
  }

  private func packed(_ operand: OperandPanels) -> Buffer<Int16> {
    Buffer(count: operand.count * operand.panelLength, zeroed: false) { memory in
      let parts = min(operand.count, execution.threads)
      ThreadPool.shared.parallel(parts, threads: execution.threads) { part in
        var scratch = PanelScratch(
          lanes: operand.lanes, pairs: slices.pairCount, execution)
        for panel in operand.count * part / parts..<operand.count * (part + 1) / parts {
          let start = panel * operand.panelLength
          memory.withRange(start..<start + operand.panelLength) { span in
            operand.fill(panel, &span, &scratch)
          }
        }
      }
    }
  }

  /// The arguments of one tile, all but where its result goes.
  private func tile(
    _ lhsPanel: Int, _ lhsPanels: Buffer<Int16>, _ rhsPanel: Int, _ rhsCodes: UnsafePointer<Int16>,
    _ pairs: UnsafePointer<UInt32>
  ) -> IntegerTile {
    let lhsStart = lhs.parameters.start(of: lhsPanel)
    let rhsStart = rhs.parameters.start(of: rhsPanel)
    return unsafe IntegerTile(
      c: aq_matmul_i16_args(
        slices: slices.ranges.count, pairs: pairs,
        lhs: lhsPanels.pointer + lhsPanel * lhs.panelLength, rhs: rhsCodes,
        lhs_scale: lhs.parameters.scales.pointer + lhsStart,
        rhs_scale: rhs.parameters.scales.pointer + rhsStart,
        lhs_sum: lhsSums.count > 0 ? lhsSums.pointer + lhsStart : nil,
        rhs_bias: rhs.parameters.biases.count > 0 ? rhs.parameters.biases.pointer + rhsStart : nil,
        lhs_bias: lhs.parameters.biases.count > 0 ? lhs.parameters.biases.pointer + lhsStart : nil,
        rhs_sum: rhsSums.count > 0 ? rhsSums.pointer + rhsStart : nil,
        rows: lhs.rows(of: lhsPanel).count, columns: rhs.rows(of: rhsPanel).count,
        out: nil, stride: 0, sums: nil))
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
