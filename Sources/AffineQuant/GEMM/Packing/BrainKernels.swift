internal import AffineKernels

/// The kernels that round values to bfloat16 on their way into panels.
struct BrainKernels: Sendable {
  /// `nil` where values are bfloat16 as they lie, in rows.
  private let round: Kernel<Halves>?
  /// Makes floats of them again, where these are what the CPU multiplies.
  private let widen: Kernel<Halves>?
  /// Rounds columns, two rows at a time.
  private let pairs: Kernel<PairColumns>?

  /// - Returns: `nil` where values stay what they are.
  init?(
    _ type: OperandType, _ axis: FreeAxis, _ panels: ValueKernels.Panels, _ execution: Execution
  ) {
    let form = panels.form, isBrain = type == .float(.bfloat16)
    guard form == .bfloat16 || execution.precision == .bfloat16 && !isBrain else { return nil }
    let rounds = form == .float32 || axis == .rows && !panels.copies(type)
    round = rounds ? HalfKernels.roundBrain.best(on: execution) : nil
    widen = form == .float32 ? HalfKernels.widenBrain.best(on: execution) : nil
    pairs =
      form == .bfloat16 && axis == .columns ? TransposeKernels.pairs.best(on: execution) : nil
  }

  /// Whether panels hold pairs.
  var makesPairs: Bool { widen == nil }

  /// The kernels in the order in which they run.
  var rows: [KernelRow] { [round?.row, widen?.row, pairs?.row].compactMap(\.self) }

  /// Rounds values that follow each other.
  func round(
    _ floats: UnsafePointer<Float>, _ count: Int, into halves: UnsafeMutablePointer<UInt16>
  ) {
    guard let round else { preconditionFailure("no kernel that rounds") }
    var arguments = unsafe Halves(
      c: aq_halves_args(
        count: count, halves: halves, floats: UnsafeMutablePointer(mutating: floats)))
    round(&arguments)
  }

  /// Makes floats what their bfloat16 stand for, with memory for these.
  func roundInPlace(_ values: inout MutableSpan<Float>, _ memory: UnsafeMutableRawPointer) {
    guard let widen else { preconditionFailure("no kernel that widens") }
    let halves = unsafe memory.assumingMemoryBound(to: UInt16.self)
    unsafe values.withUnsafeMutableBufferPointer { values in
      guard let floats = values.baseAddress else { return }
      unsafe round(floats, values.count, into: halves)
      var arguments = unsafe Halves(
        c: aq_halves_args(count: values.count, halves: halves, floats: floats))
      widen(&arguments)
    }
  }

  /// Makes pairs of columns, `depth` values each, `words` words; what follows the values is zero.
  func pair(
    _ values: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ lanes: Int, _ depth: Int,
    _ words: Int, into output: UnsafeMutablePointer<UInt32>
  ) {
    guard let pairs else { preconditionFailure("no kernel for columns") }
    var arguments = unsafe PairColumns(
      c: aq_pairs_args(
        lanes: count, padded_lanes: lanes, count: depth, in: values, in_stride: stride, out: output)
    )
    pairs(&arguments)
    let written = (depth + 1) / 2 * lanes
    unsafe (output + written).update(repeating: 0, count: words * lanes - written)
  }

  /// Turns rows of pairs, `stride` apart, into a panel; `nil`: into one of runs of so many pairs, which are copied.
  static func lay(
    _ rows: UnsafePointer<UInt32>, _ stride: Int, count: Int, lanes: Int, run: Int,
    into panel: inout MutableSpan<Float>, _ interleave: Kernel<InterleaveRows>?
  ) {
    let depth = panel.count / lanes
    if let interleave {
      unsafe TransposeKernels.interleave(
        rows, stride: stride, count: count, lanes: lanes, units: depth, into: &panel, interleave)
      return
    }
    unsafe panel.withUnsafeMutableBytes { panel in
      guard let start = panel.baseAddress else { return }
      let words = unsafe start.assumingMemoryBound(to: UInt32.self)
      for first in Swift.stride(from: 0, to: depth, by: run) {
        for lane in 0..<count {
          unsafe (words + first * lanes + lane * run).update(
            from: rows + lane * stride + first, count: run)
        }
      }
    }
  }
}
