internal import AffineKernels

/// How a product is cut for threads and caches.
///
/// A part is a range of right panels against a range of left ones. Inside a part a block of left panels
/// stays in the second-level cache while right panels pass by it, or the other way round.
struct Blocking {
  /// Panels of one side, and what one takes.
  struct Side {
    let panels: Int
    let bytes: Int
    /// Rows or columns of the result that one makes.
    let lanes: Int
  }

  private let left, right: Side
  private let leftBlock, together: Int
  private let leftParts, rightParts: Int
  /// Whether every part has left panels of its own, and so can pack them itself: no thread waits for another,
  /// and what it packs stays in the cache of its core.
  let ownsLeft: Bool

  /// Rows of the result that a block writes side by side where it may be smaller than the cache: each
  /// lies on a page of its own, and a core keeps about as many pages at hand.
  private static let rowsAtHand = 64
  /// Panels of a block at least: a kernel that overlaps the end of one with the next begins and ends once.
  private static let panelsOfBlock = 16

  /// Right panels of one call of a kernel are `together` at most.
  init(left: Side, right: Side, together: Int = 1, decodesRight: Bool = false, threads: Int) {
    self.together = together
    self.left = left
    self.right = right
    // A few parts a thread: those that are slowed down leave some to the others.
    let wanted = threads == 1 ? 1 : threads * 4
    let isEven = left.panels >= wanted || left.panels.isMultiple(of: threads)
    ownsLeft =
      threads > 1 && left.panels >= threads && isEven && !decodesRight
      && right.panels * right.bytes <= Self.cacheBytes / 2
    rightParts = ownsLeft ? 1 : max(min(right.panels, wanted), 1)
    // Nearly three parts a thread will do: parts of half the rows begin and end more often.
    let isEnough = rightParts * 5 >= threads * 12
    leftParts = isEnough ? 1 : max(min(left.panels, (wanted + rightParts - 1) / rightParts), 1)
    // Half of the cache for what stays, the rest for what passes by: right panels if they fit, else
    // left ones. Panels that are decoded for each block pass by as few as possible: those take a quarter.
    let half = Self.cacheBytes / 2
    let rightFits = !decodesRight && right.panels * right.bytes / rightParts <= half
    let fitting = (decodesRight ? half + half / 2 : half) / max(left.bytes, 1)
    leftBlock =
      rightFits
      ? max(Self.rowsAtHand / max(left.lanes, 1), Self.panelsOfBlock)
      : Self.evenly((left.panels + leftParts - 1) / leftParts, max(fitting, 1))
  }

  /// The length of blocks of at most so many panels, none much shorter than the others: right panels pass by, or are
  /// decoded for, each of them.
  private static func evenly(_ panels: Int, _ most: Int) -> Int {
    let blocks = max((panels + most - 1) / most, 1)
    return max((panels + blocks - 1) / blocks, 1)
  }

  /// The second-level cache of one core.
  static let cacheBytes = aq_cache_bytes()

  var parts: Int { leftParts * rightParts }

  /// The same for reports.
  func split(threads: Int) -> Plan.Split {
    Plan.Split(threads: min(threads, parts), lhsParts: leftParts, rhsParts: rightParts)
  }

  /// Rows and columns of the result that one call of a kernel writes, at most.
  var block: Shape {
    let rightPanels = min(together, (right.panels + rightParts - 1) / rightParts)
    return Shape(
      min(leftBlock, (left.panels + leftParts - 1) / leftParts) * left.lanes,
      max(rightPanels, 1) * right.lanes)
  }

  /// The left panels of a part.
  func leftPanels(of part: Int) -> Range<Int> {
    let i = part / rightParts
    return left.panels * i / leftParts..<left.panels * (i + 1) / leftParts
  }

  /// Calls `body` with every block of left panels and of right ones of a part.
  func forEachBlock(of part: Int, _ body: (_ left: Range<Int>, _ right: Range<Int>) -> Void) {
    let j = part % rightParts, leftPanels = leftPanels(of: part)
    let rightPanels = right.panels * j / rightParts..<right.panels * (j + 1) / rightParts
    for first in stride(from: leftPanels.lowerBound, to: leftPanels.upperBound, by: leftBlock) {
      let block = first..<min(first + leftBlock, leftPanels.upperBound)
      for panel in stride(from: rightPanels.lowerBound, to: rightPanels.upperBound, by: together) {
        body(block, panel..<min(panel + together, rightPanels.upperBound))
      }
    }
  }
}
