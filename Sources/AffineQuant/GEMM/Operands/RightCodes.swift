/// The right side of products of codes with what it belongs to: an object, so that products of one weight share what
/// does not change.
final class RightCodes: Sendable {
  let tiles: PackedRHS
  let panels: RightPanels
  /// It keeps what the panels point to.
  private let codes: CodeMatrix

  /// Takes a right side that is packed for the kernel, and whether left codes have zero points.
  init(
    _ codes: CodeMatrix, _ kernel: Kernel<CodePanel>, hasZeros: Bool, _ execution: Execution
  ) {
    guard let tiles = codes.tiles else { preconditionFailure("a packed matrix without panels") }
    self.codes = codes
    self.tiles = tiles
    panels = RightPanels(codes, kernel, hasZeros: hasZeros, execution)
  }
}
