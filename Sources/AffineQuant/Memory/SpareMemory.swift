internal import AffineKernels
internal import Synchronization

/// Large memory that was given back, kept for the next one of its size.
///
/// The system clears all memory that it hands out, which takes as long as computing a result that is
/// bound by memory; and the results of a loop have the same sizes every time.
@safe
package final class SpareMemory: Sendable {
  static let shared = SpareMemory()

  /// What is kept at most: two float results of 4096 × 4096.
  private static let limit = 128 << 20
  /// How many pieces are kept at most, so that looking through them stays quick.
  private static let count = 64

  /// Memory that nobody refers to any more, so any thread may free it.
  @safe
  private struct Block: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let byteCount: Int
  }

  /// Oldest first.
  private let blocks = Mutex<[Block]>([])

  /// Memory of exactly this size, or `nil`; it holds what it held before.
  func take(byteCount: Int) -> UnsafeMutableRawPointer? {
    let block = blocks.withLock { blocks -> Block? in
      // The newest, of which a cache may still hold some.
      guard let index = blocks.lastIndex(where: { $0.byteCount == byteCount }) else { return nil }
      return blocks.remove(at: index)
    }
    return unsafe block?.start
  }

  /// Gives all that is kept, and what else was freed, back to the system.
  package static func giveBack() {
    let freed = shared.blocks.withLock { blocks in
      let all = blocks
      blocks = []
      return all
    }
    for block in freed { unsafe block.start.deallocate() }
    aq_return_freed_memory()
  }

  /// Keeps memory in place of the oldest, as far as the limit allows; frees the rest.
  func keep(_ start: UnsafeMutableRawPointer, byteCount: Int) {
    let block = unsafe Block(start: start, byteCount: byteCount)
    let freed = blocks.withLock { blocks in
      blocks.append(block)
      var total = blocks.reduce(0) { $0 + $1.byteCount }
      var freed: [Block] = []
      while total > Self.limit || blocks.count > Self.count {
        freed.append(blocks.removeFirst())
        total -= freed[freed.count - 1].byteCount
      }
      return freed
    }
    for block in freed { unsafe block.start.deallocate() }
  }
}
