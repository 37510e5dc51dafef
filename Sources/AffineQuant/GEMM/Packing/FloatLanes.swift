internal import AffineKernels

/// Fills panels with the values of one side of a float product: `[contracted index][lane]`.
struct FloatLanes {
  private let operand: FloatOperand
  private let lanes: Int
  /// Panels whose values are made together.
  private let together: Int
  private let reader: FloatReader
  /// Values before they become panels, for each worker.
  private let values: DisjointMemory<Float>
  private let valueCount: Int

  init(
    _ operand: FloatOperand, lanes: Int, together: Int, depth: Int,
    threads: Int, _ workspace: Workspace
  ) {
    self.operand = operand
    self.lanes = lanes
    self.together = together
    reader = FloatReader(source: operand.source, kernels: operand.kernels)
    valueCount = operand.source.isFloat32 ? 0 : lanes * together * depth
    values = workspace.take(valueCount * threads)
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
      for (index, row) in block.enumerated() {
        var target = values.part(index * columns.count..<(index + 1) * columns.count)
        reader.read(row, columns, into: &target)
      }
    }
  }

  /// Writes one panel, for a range of the contracted axis; lanes that are not there are zero.
  func fill(_ panel: Int, _ block: Range<Int>, worker: Int, _ output: inout MutableSpan<Float>) {
    let free = free(panel..<panel + 1)
    if case .float32(let matrix) = operand.source {
      let width = matrix.shape.columns
      let start =
        operand.axis == .rows
        ? free.lowerBound * width + block.lowerBound : block.lowerBound * width + free.lowerBound
      unsafe lay(matrix.values.pointer + start, width, free.count, block.count, &output)
      withExtendedLifetime(matrix) {}
      return
    }
    let first = worker * valueCount
    guard operand.axis == .rows else {
      let group = panel / together
      let columns = self.free(panels(of: group))
      let start = first + free.lowerBound - columns.lowerBound
      unsafe lay(values.pointer + start, columns.count, free.count, block.count, &output)
      return
    }
    values.withRange(first..<first + free.count * block.count) { values in
      for (lane, row) in free.enumerated() {
        var target = values.part(lane * block.count..<(lane + 1) * block.count)
        reader.read(row, block, into: &target)
      }
    }
    unsafe lay(values.pointer + first, block.count, free.count, block.count, &output)
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
