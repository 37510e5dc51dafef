internal import AffineKernels

/// What this machine can do at most, measured now: the roofs that rates are compared with.
package enum Peak {
  /// Operations a second of loops on registers alone, with the instructions of a product kernel.
  ///
  /// - Returns: `nil` for kernels that are bound by memory, and where no such loop is written.
  package static func operationsPerSecond(for row: KernelRow, threads: Int) -> Double? {
    let few = MatmulKernels.fewBits.values.map { ($0.rows, bytes) }
    let fewWeights = MatmulKernels.fewBitWeights.values.map { ($0.rows, float) }
    let tables =
      few + fewWeights + [
        (MatmulKernels.bytes.rows, bytes), (MatmulKernels.nibbles.rows, nibbles),
        (MatmulKernels.wholeTables.rows, bytes), (MatmulKernels.wholeTablesOf64.rows, bytes),
        (MatmulKernels.float.rows, float), (MatmulKernels.weightBytes.rows, float),
        (MatmulKernels.weightNibbles.rows, float), (MatmulKernels.tableBytes.rows, float),
        (MatmulKernels.tableNibbles.rows, float), (MatmulKernels.tableSixBits.rows, float),
      ]
    let isPairs = MatmulKernels.pairRows.contains(row)
    guard let table = isPairs ? pairs : tables.first(where: { $0.0.contains(row) })?.1,
      let kernel = table.kernels.first(where: { $0.row.needs == row.needs && $0.row.canRun() }),
      kernel.row.tier != .portable
    else { return nil }
    return Self.best(threads: threads) { run(kernel) }
  }

  /// The same where sums become floats once in a slice: what products of grouped types can be at most.
  ///
  /// - Returns: `nil` where no such loop is written.
  package static func operationsPerSecond(
    for row: KernelRow, folding slices: SliceFolds, threads: Int
  ) -> Double? {
    let few = MatmulKernels.fewBits.values.map(\.rows)
    let takesBytes = (few + [MatmulKernels.bytes.rows]).contains { $0.contains(row) }
    guard takesBytes || MatmulKernels.nibbles.rows.contains(row) else { return nil }
    let table = takesBytes ? foldedBytes : foldedNibbles
    guard let kernel = table.kernels.first(where: { $0.row.needs == row.needs }),
      kernel.row.canRun(), kernel.row.tier != .portable
    else { return nil }
    return Self.best(threads: threads) {
      var arguments = FoldLoop(
        c: aq_peak_fold_args(
          slices: max(200_000 * 4 / slices.codes, 1), codes: slices.codes,
          scales: slices.hasLeftScales ? 1 : 0, zeros: slices.zeroPoints,
          biases: slices.biases, operations: 0))
      kernel(&arguments)
      return arguments.c.operations
    }
  }

  /// Bytes a second, read and written, of copying `byteCount` bytes to new memory, each thread a part, or one all:
  /// few bytes are sooner copied than threads are woken.
  package static func copiedBytesPerSecond(_ byteCount: Int, threads: Int) -> Double {
    Set([1, threads]).map { copied(byteCount, threads: $0) }.max() ?? 0
  }

  private static func copied(_ byteCount: Int, threads: Int) -> Double {
    let source = Buffer([UInt8](repeating: 1, count: byteCount))
    return Self.best(threads: 1) {
      let copy = Buffer<UInt8>(count: byteCount, zeroed: false) { copy in
        // Parts do not overlap.
        ThreadPool.shared.parallel(threads, threads: threads) { part in
          let (start, end) = (byteCount * part / threads, byteCount * (part + 1) / threads)
          unsafe (copy.pointer + start).update(from: source.pointer + start, count: end - start)
        }
      }
      return 2 * Double(copy.count)
    }
  }

  /// Bytes a second of reading `byteCount` bytes once, each thread its part, or one all: what a product of one row,
  /// which reads its weight so, can be at most.
  ///
  /// Parts smaller than a cache are read from there, as a weight of that size is.
  package static func readBytesPerSecond(_ byteCount: Int, threads: Int) -> Double {
    Set([1, threads]).map { read(byteCount, threads: $0) }.max() ?? 0
  }

  private static func read(_ byteCount: Int, threads: Int) -> Double {
    let part = (byteCount / threads + Self.readStep - 1) / Self.readStep * Self.readStep
    let memory = Buffer<UInt8>(count: part * threads, zeroed: true) { _ in }
    let kernel = reading.best(on: .standard)
    // A few bytes take no time that a clock could tell.
    let passes = max((1 << 23) / max(memory.count, 1), 1)
    return Self.best(threads: 1) {
      ThreadPool.shared.parallel(threads, threads: threads) { index in
        var arguments = unsafe ReadLoop(
          c: aq_read_args(bytes: memory.pointer + index * part, count: part, sum: 0))
        for _ in 0..<passes { kernel(&arguments) }
      }
      return Double(passes * memory.count)
    }
  }

  /// What loops that read take at a time.
  private static let readStep = 512

  private static let reading = unsafe KernelTable<ReadLoop>(
    aq_peak_read(), portable: "aq_peak_read_portable"
  ) { arguments in
    let bytes = unsafe UnsafeRawBufferPointer(start: arguments.c.bytes, count: arguments.c.count)
    unsafe arguments.c.sum = stride(from: 0, to: bytes.count, by: 8).reduce(0) {
      unsafe $0 &+ bytes.loadUnaligned(fromByteOffset: $1, as: UInt64.self)
    }
  }

  private static let bytes = unsafe KernelTable<PeakLoop>(
    aq_peak_i8(), portable: "aq_peak_i8_portable"
  ) { $0.c.operations = 0 }
  private static let nibbles = unsafe KernelTable<PeakLoop>(
    aq_peak_i4(), portable: "aq_peak_i4_portable"
  ) { $0.c.operations = 0 }
  private static let float = unsafe KernelTable<PeakLoop>(
    aq_peak_f32(), portable: "aq_peak_f32_portable"
  ) { $0.c.operations = 0 }

  private static let foldedBytes = unsafe KernelTable<FoldLoop>(
    aq_peak_fold_i8(), portable: "aq_peak_fold_i8_portable"
  ) { $0.c.operations = 0 }
  private static let foldedNibbles = unsafe KernelTable<FoldLoop>(
    aq_peak_fold_i4(), portable: "aq_peak_fold_i4_portable"
  ) { $0.c.operations = 0 }

  private static let pairs = unsafe KernelTable<PeakLoop>(
    aq_peak_bf16(), portable: "aq_peak_bf16_portable"
  ) { $0.c.operations = 0 }

  /// About a millisecond of work: long against starting it, short against a time slice.
  private static func run(_ kernel: Kernel<PeakLoop>) -> Double {
    var arguments = PeakLoop(c: aq_peak_args(iterations: 200_000, operations: 0))
    kernel(&arguments)
    return arguments.c.operations
  }

  /// The best of several rounds: a roof is what nothing disturbed.
  private static func best(threads: Int, _ work: () -> Double) -> Double {
    let clock = ContinuousClock()
    return (0..<9).map { _ in
      let done = Buffer<Double>(count: threads, zeroed: true) { done in
        // Each thread writes its own place.
        ThreadPool.shared.parallel(threads, threads: threads) { part in
          let started = clock.now
          let amount = work()
          let seconds = clock.now - started
          done.withRange(part..<part + 1) { $0[0] = amount / seconds.inSeconds }
        }
      }
      return done.array.reduce(0, +)
    }.max() ?? 0
  }
}

/// What sums of a product of codes take where they become floats once in a slice.
package struct SliceFolds: Sendable, Hashable {
  /// Codes of a slice.
  let codes: Int
  /// Whether each left row has scales of its own in each slice.
  let hasLeftScales: Bool
  /// Zero points and biases, of both sides.
  let zeroPoints, biases: Int
  /// Of sums of right codes that left zero points and biases multiply: 4 bytes a slice, for each right lane.
  package let sumBytes: Int

  /// Of rows of `depth` codes.
  ///
  /// - Returns: `nil` where all of a row is one slice.
  package init?(_ left: QuantizedType, _ right: QuantizedType, depth: Int) {
    codes = min(left.block.columns, right.block.columns)
    guard codes < depth else { return nil }
    hasLeftScales = left.block.columns < depth && left.block.rows == 1
    let isOffset = left.mapping.kind == .asymmetric || LHSPacker.offset(of: left.storage) != 0
    zeroPoints = (isOffset ? 1 : 0) + (right.mapping.kind == .asymmetric ? 1 : 0)
    biases = [left, right].count { $0.mapping.kind == .biased }
    let sums = (isOffset ? 1 : 0) + (left.mapping.kind == .biased ? 1 : 0)
    sumBytes = 4 * sums * ((depth + codes - 1) / codes)
  }
}

extension Duration {
  /// The length in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
