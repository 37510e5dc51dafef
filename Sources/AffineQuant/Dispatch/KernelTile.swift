internal import AffineKernels

/// What one call of a kernel of products computes, and how it wants both sides packed.
///
/// Panels of ``mr`` rows of the left side meet panels of ``nr`` rows of the right one. The contracted axis
/// is cut into slices, each padded with zeros to whole k-groups of ``kr`` codes; in a panel lies run after
/// run of the padded axis, and in a run lane after lane.
public struct KernelTile: Sendable, Hashable {
  /// Rows of a left panel.
  public let mr: Int
  /// Rows of a right panel: columns of the result.
  public let nr: Int
  /// Codes of a k-group; the run of the right side.
  public let kr: Int
  /// Numbers of one left row that lie together.
  public let lhsRun: Int
  /// The numbers of the left side.
  public let lhs: PackedForm
  /// The numbers of the right side.
  public let rhs: PackedForm
  /// With fewer rows the next kernel that reads the same right panels is faster.
  public let minimumRows: Int
  /// Codes of each right lane that the kernel unpacks at a time; `Int.max`: all.
  public let scratch: Int
  /// Right panels that one call takes at most.
  let panels: Int
  /// Whether fewer rows are faster still in a kernel of floats that reads the same right panels; of bfloat16.
  let leavesFewToFloats: Bool

  /// The most of a number: rows of C have 16 bits for it.
  private static let most = 0xffff

  /// A kernel whose tile is known when it is written; all numbers but `scratch` are at least 1.
  public init(
    mr: Int, nr: Int, kr: Int, lhsRun: Int, lhs: PackedForm, rhs: PackedForm, minimumRows: Int = 1,
    scratch: Int = 0
  ) {
    precondition(
      [mr, nr, kr, lhsRun].allSatisfy { (1...Self.most).contains($0) },
      "a tile of \(mr) × \(nr), k-groups of \(kr) and runs of \(lhsRun), not of 1 to \(Self.most)")
    precondition(
      minimumRows >= 1 && scratch >= 0 && (scratch <= Self.most || scratch == .max),
      "a tile for \(minimumRows) rows and more that unpacks \(scratch) codes at a time")
    self.init(
      mr: mr, nr: nr, kr: kr, lhsRun: lhsRun, lhs: lhs, rhs: rhs, minimumRows: minimumRows,
      scratch: scratch, panels: 1, leavesFewToFloats: false)
  }

  private init(
    mr: Int, nr: Int, kr: Int, lhsRun: Int, lhs: PackedForm, rhs: PackedForm, minimumRows: Int,
    scratch: Int, panels: Int, leavesFewToFloats: Bool
  ) {
    self.mr = mr
    self.nr = nr
    self.kr = kr
    self.lhsRun = lhsRun
    self.lhs = lhs
    self.rhs = rhs
    self.minimumRows = minimumRows
    self.scratch = scratch
    self.panels = panels
    self.leavesFewToFloats = leavesFewToFloats
  }

  /// The tile of a row of C; `nil` where the family has none.
  init?(c tile: aq_tile) {
    guard tile.mr > 0 else { return nil }
    guard let lhs = PackedForm(rawValue: Int(tile.lhs)),
      let rhs = PackedForm(rawValue: Int(tile.rhs))
    else { preconditionFailure("a tile of forms \(tile.lhs) and \(tile.rhs)") }
    self.init(
      mr: Self.lanes(tile.mr), nr: Self.lanes(tile.nr), kr: Int(tile.kr), lhsRun: Int(tile.lhs_run),
      lhs: lhs, rhs: rhs, minimumRows: Int(tile.min_rows),
      scratch: UInt32(tile.scratch) == AQ_WHOLE ? Int.max : Int(tile.scratch),
      panels: max(Int(tile.panels), 1), leavesFewToFloats: tile.few_to_floats)
  }

  /// The number of lanes, which scalable vectors make known at run time only.
  private static func lanes(_ field: UInt16) -> Int {
    let scalable = UInt16(truncatingIfNeeded: AQ_VECTORS_BIT)
    guard field & scalable != 0 else { return Int(field) }
    return Int(field & ~scalable) * Int(aq_scalable_words())
  }

  /// Numbers of the left side in one word of its panels.
  var lhsOfWord: Int { lhs == .bfloat16 ? 2 : 1 }

  /// Words of one lane of panels of floats, or of pairs in whole k-groups.
  func words(_ depth: Int) -> Int {
    lhs == .bfloat16 ? (depth + kr - 1) / kr * (kr / 2) : depth
  }

  /// Codes of one row of the right side that lie together.
  var rhsRun: Int { rhs.isSqueezed ? 4 : kr }

  /// Whether sums hold products of neighbours too, which both sides take off.
  var multipliesPairs: Bool { lhs == .int16Pairs }

  /// Whether a right side packed for one kernel is what the other reads.
  func sharesRHS(with other: KernelTile) -> Bool {
    nr == other.nr && kr == other.kr && rhs == other.rhs
  }
}

/// The numbers of a packed side of a product.
public enum PackedForm: Int, Sendable, Hashable {
  /// Signed bytes.
  case int8 = 1
  /// Unsigned bytes.
  case uint8
  /// Unsigned codes of 4 bits, two a byte: of a k-group of all lanes the first half lies low, the second
  /// high.
  case uint4
  /// Signed bytes in 16 bits, each four as 0, 2, 1, 3: what kernels multiply that want products of
  /// neighbours taken off (Winograd, 1968).
  case int16Pairs
  /// Floats.
  case float32
  /// Unsigned codes of so many bits, squeezed: of every few quads of all lanes whole codes lie at the bottom of
  /// bytes, and what these leave at the top makes the others.
  case uint1, uint2, uint3, uint5, uint6, uint7
  /// bfloat16, two neighbours of the contracted axis side by side.
  case bfloat16

  /// The bits of a number.
  var bits: Int {
    switch self {
    case .uint1: 1
    case .uint2: 2
    case .uint3: 3
    case .uint4: 4
    case .uint5: 5
    case .uint6: 6
    case .uint7: 7
    case .int8, .uint8: 8
    case .int16Pairs, .bfloat16: 16
    case .float32: 32
    }
  }
}
