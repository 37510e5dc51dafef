/// Float rows packed for products with codes: panels of `lanes` rows, every slice padded with zeros to
/// whole quads.
struct FloatPanels {
  let lanes: Int
  /// Floats of one panel.
  let panelLength: Int
  let values: Buffer<Float>
  /// The sum of each slice, added in ascending order, one a panel, slice and lane; empty where they are
  /// not asked for.
  let sums: Buffer<Float>
  private let sliceCount: Int
  /// Which rows were made smaller by ``reduction``.
  private let reduced: Buffer<Bool>

  /// Sums of a slice stay finite for rows of values below this one: 128 products with codes less zero points
  /// of at most 2^15 + 2^8 stay below 2^103, and kernels have them 2^24 times as large.
  private static let largest: Float = 0x1p80
  /// What makes any finite value smaller than that. Values that become subnormal, or vanish, are less than
  /// 2^-158 of the row's largest.
  private static let reduction: Float = 0x1p-48

  init(
    _ source: FloatSource, lanes: Int, _ slices: ContractedSlices, withSums: Bool,
    _ execution: Execution
  ) {
    self.lanes = lanes
    sliceCount = slices.ranges.count
    let (rows, length) = (source.shape.rows, slices.quadCount * 4 * lanes)
    panelLength = length
    let panels = (rows + lanes - 1) / lanes
    let values = BufferBuilder<Float>(count: panels * length)
    let reduced = BufferBuilder<Bool>(count: rows)
    ThreadPool.shared.parallelRows(panels, lanes * source.shape.columns, execution) { part in
      var row = [Float](repeating: 0, count: source.shape.columns)
      var padded = [Float](repeating: 0, count: length)
      for panel in part {
        let present = panel * lanes..<min((panel + 1) * lanes, rows)
        for (lane, index) in present.enumerated() {
          var span = row.mutableSpan
          source.read(index, 0..<source.shape.columns, into: &span, execution)
          let isReduced = Self.reduce(&span)
          // A row's flag is its own.
          reduced.memory.withRange(index..<index + 1) { $0[0] = isReduced }
          var target = padded.mutableSpan
          var rowTarget = target.part(
            lane * slices.quadCount * 4..<(lane + 1) * slices.quadCount * 4)
          Self.pad(span.span, slices, &rowTarget)
        }
        // A panel's range is its own.
        values.memory.withRange(panel * length..<(panel + 1) * length) { output in
          TransposeKernels.interleave(
            padded, count: present.count, lanes: lanes, units: slices.quadCount * 4, into: &output,
            execution)
        }
      }
    }
    self.values = values.buffer
    self.reduced = reduced.buffer
    sums = withSums ? Self.sums(values.buffer, panels, lanes, slices) : Buffer([])
  }

  /// Makes the values of a row smaller if its largest is too large for sums over codes.
  private static func reduce(_ row: inout MutableSpan<Float>) -> Bool {
    // The patterns of magnitudes are ordered as they are, and compare side by side.
    var most: UInt32 = 0
    for index in row.indices { most = max(most, row[index].bitPattern & 0x7fff_ffff) }
    guard most >= largest.bitPattern else { return false }
    for index in row.indices { row[index] *= reduction }
    return true
  }

  /// Gives a result the size that its rows lost.
  func restore(_ result: DisjointMemory<Float>, columns: Int) {
    let reduced = reduced.span
    for row in reduced.indices where reduced[row] {
      result.withRange(row * columns..<(row + 1) * columns) { values in
        for column in values.indices { values[column] /= Self.reduction }
      }
    }
  }

  /// Where the sums of a panel start.
  func sumStart(of panel: Int) -> Int { panel * sliceCount * lanes }

  private static func pad(
    _ row: borrowing Span<Float>, _ slices: ContractedSlices, _ padded: inout MutableSpan<Float>
  ) {
    var position = 0
    for (range, quads) in zip(slices.ranges, slices.quads) {
      for (offset, column) in range.enumerated() { padded[position + offset] = row[column] }
      let end = position + Int(quads) * 4
      for place in position + range.count..<end { padded[place] = 0 }
      position = end
    }
  }

  private static func sums(
    _ values: Buffer<Float>, _ panels: Int, _ lanes: Int, _ slices: ContractedSlices
  ) -> Buffer<Float> {
    let values = values.span
    return Buffer(count: panels * slices.ranges.count * lanes) { sums in
      var (k, index) = (0, 0)
      for _ in 0..<panels {
        for quads in slices.quads {
          for _ in 0..<4 * quads {
            for lane in 0..<lanes { sums[index + lane] += values[k * lanes + lane] }
            k += 1
          }
          index += lanes
        }
      }
    }
  }
}
