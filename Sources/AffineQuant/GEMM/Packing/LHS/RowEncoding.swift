internal import AffineKernels

/// What a worker makes of one row by a ``RowRule``: its codes, padded, with the parameters of its blocks.
@safe
struct RowEncoding {
  private let chooser: ParameterChooser
  private let range: Kernel<RangeOfRuns>
  private let encode: Kernel<QuantizeRows>
  private let ends: UnsafePointer<Int>
  private let columns, blocks: Int
  private let offset: Float
  private let padding: SlicePadding
  /// One a block.
  private let low, high, inverse, zero: WorkerMemory<Float>
  /// A row before it is padded.
  private let unpadded: WorkerMemory<UInt8>
  /// The same row padded, where it does not go to a place of its own.
  let padded: WorkerMemory<UInt8>

  init(
    _ rule: RowRule, columns: Int, _ slices: ContractedSlices, threads: Int, _ workspace: Workspace
  ) {
    chooser = rule.chooser
    range = rule.range
    encode = rule.encode
    unsafe ends = rule.ends.pointer
    self.columns = columns
    blocks = rule.ends.count
    offset = Float(rule.offset)
    padding = SlicePadding(slices)
    low = workspace.take(blocks, workers: threads)
    high = workspace.take(blocks, workers: threads)
    inverse = workspace.take(blocks, workers: threads)
    zero = workspace.take(blocks, workers: threads)
    unpadded = workspace.take(columns, workers: threads)
    padded = workspace.take(slices.depth, workers: threads)
  }

  /// The zero point of a block of the row that was encoded last.
  func zeroPoint(_ block: Int, worker: Int) -> Int32 { Int32(zero[worker, block]) }

  /// Chooses the parameters of a row and encodes it.
  ///
  /// - Returns: Whether its values are finite and all of its parameters usable.
  func callAsFunction(
    _ values: UnsafePointer<Float>, into codes: UnsafeMutablePointer<UInt8>,
    scales: UnsafeMutablePointer<Float>, worker: Int
  ) -> Bool {
    guard unsafe choose(values, scales, worker) else { return false }
    guard !padding.isUnpadded else {
      unsafe encode(values, into: codes, worker)
      return true
    }
    unsafe encode(values, into: unpadded.start(of: worker), worker)
    unpadded.withPart(of: worker, count: columns) { row in
      var target = unsafe MutableSpan(_unsafeStart: codes, count: padding.depth)
      padding.pad(row.span, into: &target)
    }
    return true
  }

  private func choose(
    _ values: UnsafePointer<Float>, _ scales: UnsafeMutablePointer<Float>, _ worker: Int
  ) -> Bool {
    let low = unsafe low.start(of: worker), high = unsafe high.start(of: worker)
    let inverse = unsafe inverse.start(of: worker), zero = unsafe zero.start(of: worker)
    unsafe low.update(repeating: .infinity, count: blocks)
    unsafe high.update(repeating: -.infinity, count: blocks)
    var arguments = unsafe RangeOfRuns(
      c: aq_range_args(
        values: values, rows: 1, stride: columns, runs: blocks, ends: ends, minimum: low,
        maximum: high, ranges_stride: 0, is_finite: true))
    range(&arguments)
    guard unsafe arguments.c.is_finite else { return false }
    for block in 0..<blocks {
      let chosen = unsafe chooser.parameters(low[block], high[block])
      guard chooser.accepts(chosen) else { return false }
      unsafe scales[block] = chosen.scale
      unsafe inverse[block] = chooser.inverse(chosen.scale)
      unsafe zero[block] = Float(chosen.zeroPoint) + offset
    }
    return true
  }

  private func encode(
    _ values: UnsafePointer<Float>, into codes: UnsafeMutablePointer<UInt8>, _ worker: Int
  ) {
    var arguments = unsafe QuantizeRows(
      c: aq_quantize_args(
        values: values, rows: 1, stride: columns, runs: blocks, ends: ends,
        inverse: inverse.start(of: worker), zero_point: zero.start(of: worker),
        parameters_stride: 0, low: chooser.low + offset, high: chooser.high + offset, codes: codes,
        codes_stride: columns, streams: false))
    encode(&arguments)
  }
}
