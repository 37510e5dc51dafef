/// Float rows packed for products with codes: panels of `lanes` rows, every slice padded with zeros to
/// whole k-groups.
struct PackedFloats {
  let lanes: Int
  /// Floats of one panel.
  let panelLength: Int
  let values: DisjointMemory<Float>
  /// The sum of each slice, added in ascending order, one a panel, slice and lane; `nil` where they are not
  /// asked for.
  let sums: DisjointMemory<Float>?
  private let source: FloatReader
  private let slices: ContractedSlices
  private let interleave: Kernel<InterleaveRows>
  /// By which power of two the values of each row were changed.
  private let factors: DisjointMemory<Float>
  /// The rows of a panel, and one before it is padded, for each worker.
  private let padded, row: DisjointMemory<Float>

  /// Sums of a slice stay finite for rows of values below this one: 128 products with codes less zero points
  /// of at most 2^15 + 2^8 stay below 2^103, and kernels have them 2^24 times as large.
  private static let largest: Float = 0x1p80
  /// What makes any finite value smaller than that. Values that become subnormal, or vanish, are less than
  /// 2^-158 of the row's largest.
  private static let reduction: Float = 0x1p-48

  init(
    _ source: FloatReader, lanes: Int, _ slices: ContractedSlices, withSums: Bool,
    _ interleave: Kernel<InterleaveRows>, threads: Int, _ workspace: Workspace
  ) {
    self.source = source
    self.lanes = lanes
    self.slices = slices
    self.interleave = interleave
    let rows = source.shape.rows
    panelLength = slices.depth * lanes
    let panels = (rows + lanes - 1) / lanes
    values = workspace.take(panels * panelLength)
    sums = withSums ? workspace.take(panels * slices.ranges.count * lanes) : nil
    factors = workspace.take(rows)
    padded = workspace.take(panelLength * threads)
    row = workspace.take(source.shape.columns * threads)
  }

  var panels: Int { (source.shape.rows + lanes - 1) / lanes }

  func pack(_ panel: Int, worker: Int) {
    let (columns, depth) = (source.shape.columns, slices.depth)
    let present = panel * lanes..<min((panel + 1) * lanes, source.shape.rows)
    // A worker's rows, and a panel's values, are its own.
    padded.withRange(worker * panelLength..<(worker + 1) * panelLength) { padded in
      row.withRange(worker * columns..<(worker + 1) * columns) { row in
        for (lane, index) in present.enumerated() {
          source.read(index, 0..<columns, into: &row)
          factors[index] = Self.reduce(&row)
          var target = padded.part(lane * depth..<(lane + 1) * depth)
          slices.pad(row.span, into: &target)
        }
      }
      values.withRange(panel * panelLength..<(panel + 1) * panelLength) { output in
        TransposeKernels.interleave(
          padded.span, count: present.count, lanes: lanes, units: depth, into: &output, interleave)
      }
    }
    addSums(panel)
  }

  /// Makes the values of a row smaller if its largest is too large for sums over codes.
  private static func reduce(_ row: inout MutableSpan<Float>) -> Float {
    // The patterns of magnitudes are ordered as they are, and compare side by side.
    var most: UInt32 = 0
    for index in row.indices { most = max(most, row[index].bitPattern & 0x7fff_ffff) }
    guard most >= largest.bitPattern else { return 1 }
    for index in row.indices { row[index] *= reduction }
    return reduction
  }

  /// Gives some values of a row of the result the size that its input lost.
  func restore(_ row: Int, _ values: UnsafeMutablePointer<Float>, _ count: Int) {
    let factor = factors[row]
    guard factor != 1 else { return }
    for column in 0..<count { unsafe values[column] /= factor }
  }

  /// Where the sums of a panel start.
  func sumStart(of panel: Int) -> Int { panel * slices.ranges.count * lanes }

  private func addSums(_ panel: Int) {
    guard let sums else { return }
    var k = panel * panelLength
    for slice in slices.ranges.indices {
      let first = sumStart(of: panel) + slice * lanes
      for lane in 0..<lanes { sums[first + lane] = 0 }
      for _ in 0..<Int(slices.groups[slice]) * slices.kr {
        for lane in 0..<lanes { sums[first + lane] += values[k + lane] }
        k += lanes
      }
    }
  }
}
