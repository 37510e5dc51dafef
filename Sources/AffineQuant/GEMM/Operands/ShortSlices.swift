/// Slices short enough for float sums, with the longer slice that each is a part of.
struct ShortSlices: Sendable {
  let slices: ContractedSlices
  let parents: Buffer<UInt32>

  /// The longest slice that is summed before it is scaled: short enough that several fit in a
  /// first-level cache as floats, and are summed side by side where there is one row.
  static let longest = 128

  /// Those of a row of blocks; `nil` where slices are cut finer than blocks are.
  init?(of slices: ContractedSlices, _ grid: BlockGrid) {
    let short = ContractedSlices([grid], kr: slices.kr, longest: Self.longest)
    guard let parents = short.parents(in: slices) else { return nil }
    self.slices = short
    self.parents = Buffer(parents)
  }
}
