internal import AffineKernels

/// Fills panels with the values of one side of a float product: `[contracted index][lane]`, or pairs of them.
struct FloatLanes {
  private let operand: FloatOperand
  private let lanes: Int
  /// Words of one lane that lie together.
  private let run: Int
  /// Panels whose values are made together.
  private let together: Int
  private let reader: FloatReader
  /// Values before they become panels, for each worker.
  private let values: DisjointMemory<Float>
  private let valueCount: Int
  /// Rounded ones, likewise.
  private let rounded: DisjointMemory<UInt32>
  private let roundedCount: Int

  /// Takes the values of one lane that lie together in a panel, and the longest range of the contracted axis.
  init(
    _ operand: FloatOperand, lanes: Int, run: Int = 1, together: Int, depth: Int,
    threads: Int, _ workspace: Workspace
  ) {
    self.operand = operand
    self.lanes = lanes
    self.run = max(run / 2, 1)
    self.together = together
    reader = FloatReader(operand.source, operand.kernels, threads: threads, workspace)
    valueCount = operand.source.isFloat32 ? 0 : lanes * together * depth
    values = workspace.take(valueCount * threads)
    roundedCount = operand.kernels.brain == nil ? 0 : lanes * (depth + run)
    rounded = workspace.take(roundedCount * threads)
  }

  var contracted: Int { operand.contractedExtent }

  private var panelCount: Int { (operand.freeExtent + lanes - 1) / lanes }

  /// Groups of panels whose values are made together.
  var parts: Int { (panelCount + together - 1) / together }

  func panels(of part: Int) -> Range<Int> {
    part * together..<min((part + 1) * together, panelCount)
  }

  private func free(_ panels: Range<Int>) -> Range<Int> {
    panels.lowerBound * lanes..<min(panels.upperBound * lanes, operand.freeExtent)
  }

  /// Makes the values of a group of panels, for a range of the contracted axis, where they are columns that
  /// are no floats.
  func decode(_ part: Int, _ block: Range<Int>, worker: Int) {
    guard operand.axis == .columns, !operand.source.isFloat32 else { return }
    let columns = free(panels(of: part))
    let first = worker * valueCount
    values.withRange(first..<first + valueCount) { values in
      var target = values.part(0..<block.count * columns.count)
      reader.read(block, columns, worker: worker, into: &target)
    }
  }

  /// Writes one panel, for a range of the contracted axis; lanes that are not there, and pairs behind the
  /// range, are zero.
  func fill(_ panel: Int, _ block: Range<Int>, worker: Int, _ output: inout MutableSpan<Float>) {
    let free = free(panel..<panel + 1), brain = operand.kernels.brain
    if let brain, brain.makesPairs, operand.axis == .rows {
      return fillPairs(brain, free, block, worker, &output)
    }
    unsafe withFloats(panel, free, block, worker) { floats, stride in
      if let brain, brain.makesPairs {
        unsafe pair(brain, floats, stride, free.count, block.count, worker, &output)
      } else {
        unsafe lay(floats, stride, free.count, block.count, &output)
      }
    }
    guard let brain, !brain.makesPairs else { return }
    let first = worker * roundedCount
    // A worker's memory is its own.
    unsafe brain.roundInPlace(&output, UnsafeMutableRawPointer(rounded.pointer + first))
  }

  /// Lends the values of a panel as floats, lane after lane or index after index, `stride` apart.
  private func withFloats(
    _ panel: Int, _ free: Range<Int>, _ block: Range<Int>, _ worker: Int,
    _ body: (_ floats: UnsafePointer<Float>, _ stride: Int) -> Void
  ) {
    if case .float32(let matrix) = operand.source {
      let width = matrix.shape.columns
      let start =
        operand.axis == .rows
        ? free.lowerBound * width + block.lowerBound : block.lowerBound * width + free.lowerBound
      unsafe body(matrix.values.pointer + start, width)
      withExtendedLifetime(matrix) {}
      return
    }
    let first = worker * valueCount
    guard operand.axis == .rows else {
      let columns = self.free(panels(of: panel / together))
      let start = first + free.lowerBound - columns.lowerBound
      unsafe body(values.pointer + start, columns.count)
      return
    }
    values.withRange(first..<first + free.count * block.count) { values in
      reader.read(free, block, worker: worker, into: &values)
    }
    unsafe body(values.pointer + first, block.count)
  }

  /// Rows, rounded or as they lie, to a panel of pairs.
  private func fillPairs(
    _ brain: BrainKernels, _ free: Range<Int>, _ block: Range<Int>, _ worker: Int,
    _ output: inout MutableSpan<Float>
  ) {
    let words = output.count / lanes, first = worker * roundedCount
    if case .bfloat16(let matrix) = operand.source, block.count == 2 * words,
      matrix.shape.columns.isMultiple(of: 2),
      unsafe UInt(bitPattern: matrix.values.pointer) % 4 == 0
    {
      // Pairs as they lie.
      let start = unsafe UnsafeRawPointer(matrix.values.pointer)
        .assumingMemoryBound(to: UInt32.self)
      let width = matrix.shape.columns / 2
      unsafe BrainKernels.lay(
        start + free.lowerBound * width + block.lowerBound / 2, width, count: free.count,
        lanes: lanes, run: run, into: &output, operand.kernels.interleave)
      withExtendedLifetime(matrix) {}
      return
    }
    for (lane, row) in free.enumerated() {
      let target = unsafe UnsafeMutableRawPointer(rounded.pointer + first + lane * words)
        .assumingMemoryBound(to: UInt16.self)
      switch operand.source {
      case .bfloat16(let matrix):
        let start = unsafe matrix.values.pointer + row * matrix.shape.columns + block.lowerBound
        unsafe UnsafeMutableRawPointer(target).copyMemory(from: start, byteCount: 2 * block.count)
        withExtendedLifetime(matrix) {}
      case .float32(let matrix):
        let start = unsafe matrix.values.pointer + row * matrix.shape.columns + block.lowerBound
        unsafe brain.round(start, block.count, into: target)
        withExtendedLifetime(matrix) {}
      default:
        let value = worker * valueCount
        values.withRange(value..<value + block.count) {
          reader.read(row, block, worker: worker, into: &$0)
        }
        unsafe brain.round(values.pointer + value, block.count, into: target)
      }
      unsafe (target + block.count).update(repeating: 0, count: 2 * words - block.count)
    }
    unsafe BrainKernels.lay(
      rounded.pointer + first, words, count: free.count, lanes: lanes, run: run, into: &output,
      operand.kernels.interleave)
  }

  /// Columns to a panel of pairs.
  private func pair(
    _ brain: BrainKernels, _ floats: UnsafePointer<Float>, _ stride: Int, _ count: Int,
    _ depth: Int, _ worker: Int, _ output: inout MutableSpan<Float>
  ) {
    let words = output.count / lanes
    guard let turn = operand.kernels.interleave else {
      unsafe output.withUnsafeMutableBytes { output in
        guard let to = output.baseAddress else { return }
        unsafe brain.pair(
          floats, stride, count, lanes, depth, words, into: to.assumingMemoryBound(to: UInt32.self))
      }
      return
    }
    let pairs = unsafe rounded.pointer + worker * roundedCount
    unsafe brain.pair(floats, stride, count, lanes, depth, words, into: pairs)
    for start in Swift.stride(from: 0, to: words, by: run) {
      var part = output.part(start * lanes..<(start + run) * lanes)
      unsafe TransposeKernels.interleave(
        UnsafePointer(pairs + start * lanes), stride: lanes, count: run, lanes: run, units: lanes,
        into: &part, turn)
    }
  }

  private func lay(
    _ values: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ depth: Int,
    _ output: inout MutableSpan<Float>
  ) {
    let units = unsafe UnsafeRawPointer(values).assumingMemoryBound(to: UInt32.self)
    if let interleave = operand.kernels.interleave {
      unsafe TransposeKernels.interleave(
        units, stride: stride, count: count, lanes: lanes, units: depth, into: &output, interleave)
      return
    }
    guard let copy = operand.kernels.copy else { preconditionFailure("no kernel for columns") }
    unsafe output.withUnsafeMutableBytes { output in
      guard let to = output.baseAddress else { return }
      var arguments = unsafe CopyColumns(
        c: aq_columns_args(
          lanes: count, padded_lanes: lanes, count: depth, in: units, in_stride: stride,
          out: to.assumingMemoryBound(to: UInt32.self)))
      copy(&arguments)
    }
  }
}
