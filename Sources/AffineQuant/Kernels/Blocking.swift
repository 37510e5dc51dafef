internal import AffineKernels

/// How a product is cut for threads and caches.
///
/// A part is a range of right panels against a block of left ones. Inside a part the block is as large
/// as stays in the second-level cache while right panels pass by it.
struct Blocking {
  private let leftPanels, rightPanels: Int
  private let leftBlock: Int
  private let leftParts, rightParts: Int

  init(leftPanels: Int, leftPanelBytes: Int, rightPanels: Int, threads: Int) {
    self.leftPanels = leftPanels
    self.rightPanels = rightPanels
    // Half of the cache for the left block, the rest for right panels on their way.
    let fitting = max(Self.cacheBytes / 2 / max(leftPanelBytes, 1), 1)
    // A few parts a thread even out what threads are slowed by.
    let wanted = threads == 1 ? 1 : threads * 4
    rightParts = max(min(rightPanels, wanted), 1)
    leftParts = max(min(leftPanels, (wanted + rightParts - 1) / rightParts), 1)
    leftBlock = fitting
  }

  /// The second-level cache of one core.
  static let cacheBytes = aq_cache_bytes()

  var parts: Int { leftParts * rightParts }

  /// Calls `body` with every block of left panels and every right panel of a part.
  func forEachPanel(of part: Int, _ body: (_ left: Range<Int>, _ right: Int) -> Void) {
    let (i, j) = (part / rightParts, part % rightParts)
    let end = leftPanels * (i + 1) / leftParts
    let panels = rightPanels * j / rightParts..<rightPanels * (j + 1) / rightParts
    for first in stride(from: leftPanels * i / leftParts, to: end, by: leftBlock) {
      for panel in panels { body(first..<min(first + leftBlock, end), panel) }
    }
  }
}
