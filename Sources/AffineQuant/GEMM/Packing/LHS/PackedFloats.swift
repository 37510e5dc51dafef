/// Float rows packed for products with codes: panels of `lanes` rows, every slice padded with zeros to
/// whole k-groups; floats, or pairs of bfloat16.
struct PackedFloats {
  let lanes: Int
  /// Words of one panel.
  let panelLength: Int
  let values: DisjointMemory<Float>
  /// The sum of each slice, added in ascending order, one a panel, slice and lane; `nil` where they are not
  /// asked for.
  let sums: DisjointMemory<Float>?
  private let source: FloatReader
  private let slices: ContractedSlices
  /// Words of one row that lie together.
  private let run: Int
  /// By which power of two the values of each row were changed.
  private let factors: DisjointMemory<Float>
  /// The rows of a panel, and one before it is padded, for each worker.
  private let padded, row: DisjointMemory<Float>
  /// Rounded rows of a panel, likewise.
  private let rounded: DisjointMemory<UInt32>
  private let paddedLength: Int

  /// Sums of a slice stay finite for rows of values below this one: 128 products with codes less zero points
  /// of at most 2^15 + 2^8 stay below 2^103, and kernels have them 2^24 times as large.
  private static let largest: Float = 0x1p80
  /// What makes any finite value smaller than that. Values that become subnormal, or vanish, are less than
  /// 2^-158 of the row's largest.
  private static let reduction: Float = 0x1p-48

  init(
    _ source: FloatReader, lanes: Int, run: Int, _ slices: ContractedSlices, withSums: Bool,
    threads: Int, _ workspace: Workspace
  ) {
    self.source = source
    self.lanes = lanes
    self.slices = slices
    self.run = max(run / 2, 1)
    let rows = source.shape.rows
    paddedLength = (slices.depth + run - 1) / run * run * lanes
    let brain = source.kernels.brain
    // Pairs of a row are whole runs.
    let words = (slices.depth + run - 1) / run * max(run / 2, 1)
    panelLength = words * lanes
    let panels = (rows + lanes - 1) / lanes
    values = workspace.take(panels * panelLength)
    sums = withSums ? workspace.take(panels * slices.ranges.count * lanes) : nil
    factors = workspace.take(rows)
    padded = workspace.take(paddedLength * threads)
    rounded = workspace.take(brain == nil ? 0 : paddedLength * threads)
    row = workspace.take(source.shape.columns * threads)
  }

  var panels: Int { (source.shape.rows + lanes - 1) / lanes }

  func pack(_ panel: Int, worker: Int) {
    let (columns, depth) = (source.shape.columns, slices.depth)
    let present = panel * lanes..<min((panel + 1) * lanes, source.shape.rows)
    if packsInPlace(panel, present, worker) { return }
    // A worker's rows, and a panel's values, are its own.
    padded.withRange(worker * paddedLength..<(worker + 1) * paddedLength) { padded in
      row.withRange(worker * columns..<(worker + 1) * columns) { row in
        for (lane, index) in present.enumerated() {
          source.read(index, 0..<columns, worker: worker, into: &row)
          factors[index] = Self.reduce(&row)
          var target = padded.part(lane * depth..<(lane + 1) * depth)
          slices.pad(row.span, into: &target)
        }
      }
      addSums(panel, padded.span, present.count)
      values.withRange(panel * panelLength..<(panel + 1) * panelLength) { output in
        lay(padded.span, present.count, worker, &output)
      }
    }
  }

  /// Packs rows from where they lie, if they are floats that need no padding and are small enough.
  private func packsInPlace(_ panel: Int, _ present: Range<Int>, _ worker: Int) -> Bool {
    let depth = slices.depth
    guard case .float32(let matrix) = source.source, slices.isUnpadded else { return false }
    let rows = matrix.values.span.extracting(
      present.lowerBound * depth..<present.upperBound * depth)
    guard Self.mostOfMagnitudes(rows) < Self.largest.bitPattern else { return false }
    for row in present { factors[row] = 1 }
    addSums(panel, rows, present.count)
    // A panel's values are its own.
    values.withRange(panel * panelLength..<(panel + 1) * panelLength) { output in
      lay(rows, present.count, worker, &output)
    }
    return true
  }

  private func lay(
    _ rows: borrowing Span<Float>, _ count: Int, _ worker: Int, _ output: inout MutableSpan<Float>
  ) {
    let (depth, kernels) = (slices.depth, source.kernels)
    // A worker's memory is its own.
    let memory = unsafe rounded.pointer + worker * paddedLength
    if let brain = kernels.brain, brain.makesPairs {
      let words = output.count / lanes
      unsafe rows.withUnsafeBufferPointer { rows in
        guard let floats = rows.baseAddress else { return }
        for lane in 0..<count {
          let halves = unsafe UnsafeMutableRawPointer(memory + lane * words)
            .assumingMemoryBound(to: UInt16.self)
          unsafe brain.round(floats + lane * depth, depth, into: halves)
          unsafe (halves + depth).update(repeating: 0, count: 2 * words - depth)
        }
      }
      unsafe BrainKernels.lay(
        memory, words, count: count, lanes: lanes, run: run, into: &output,
        kernels.interleave)
      return
    }
    guard let interleave = kernels.interleave else {
      preconditionFailure("no kernel that turns rows")
    }
    TransposeKernels.interleave(
      rows, count: count, lanes: lanes, units: depth, into: &output, interleave)
    if let brain = kernels.brain {
      unsafe brain.roundInPlace(&output, UnsafeMutableRawPointer(memory))
    }
  }

  /// Makes the values of a row smaller if its largest is too large for sums over codes.
  private static func reduce(_ row: inout MutableSpan<Float>) -> Float {
    guard mostOfMagnitudes(row.span) >= largest.bitPattern else { return 1 }
    for index in row.indices { row[index] *= reduction }
    return reduction
  }

  /// The pattern of the largest magnitude: they are ordered as magnitudes are, and compare side by side.
  private static func mostOfMagnitudes(_ values: borrowing Span<Float>) -> UInt32 {
    var most: UInt32 = 0
    for index in values.indices { most = max(most, values[index].bitPattern & 0x7fff_ffff) }
    return most
  }

  /// Gives some values of a row of the result the size that its input lost.
  func restore(_ row: Int, _ values: UnsafeMutablePointer<Float>, _ count: Int) {
    let factor = factors[row]
    guard factor != 1 else { return }
    for column in 0..<count { unsafe values[column] /= factor }
  }

  /// Where the sums of a panel start.
  func sumStart(of panel: Int) -> Int { panel * slices.ranges.count * lanes }

  /// Sums the slices of the rows of a panel; those of rows that are not there are zero.
  private func addSums(_ panel: Int, _ rows: borrowing Span<Float>, _ count: Int) {
    guard let sums else { return }
    var start = 0
    for slice in slices.ranges.indices {
      let (first, end) = (
        sumStart(of: panel) + slice * lanes, start + Int(slices.groups[slice]) * slices.kr
      )
      for lane in 0..<lanes {
        var sum: Float = 0
        if lane < count { for k in start..<end { sum += rows[lane * slices.depth + k] } }
        sums[first + lane] = sum
      }
      start = end
    }
  }
}
