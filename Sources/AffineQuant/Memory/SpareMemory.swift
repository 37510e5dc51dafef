internal import AffineKernels
internal import Synchronization

/// Large memory that was given back, kept for the next one of its size.
///
/// The system clears all memory that it hands out, which takes as long as computing a result that is
/// bound by memory; and the results of a loop have the same sizes every time.
@safe
package final class SpareMemory: Sendable {
  static let shared = SpareMemory()

  /// What is kept beyond the most that was lately in use at once: two float results of 4096 × 4096. A step of
  /// training frees all that it saved before the next one asks for it again.
  private static let limit = 128 << 20
  /// How many pieces are asked for until what was in use before counts no more: several steps of training.
  private static let period = 8192
  /// How many pieces are kept at most, so that looking through them stays quick.
  private static let count = 1024

  /// Memory that nobody refers to any more, so any thread may free it.
  @safe
  private struct Block: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let byteCount: Int
  }

  private struct State {
    /// Oldest first.
    var blocks: [Block] = []
    /// Bytes of all of them, bytes in use, and the most that were: in this period, and in the one before.
    var kept = 0, used = 0, mostUsed = 0, mostUsedBefore = 0
    /// Pieces asked for in this period.
    var taken = 0

    /// Counts bytes that were asked for.
    mutating func take(_ byteCount: Int) {
      used += byteCount
      taken += 1
      if taken == SpareMemory.period { (taken, mostUsedBefore, mostUsed) = (0, mostUsed, used) }
      mostUsed = max(mostUsed, used)
    }

    mutating func remove(at index: Int) -> Block {
      kept -= blocks[index].byteCount
      return blocks.remove(at: index)
    }

    /// The oldest that there is no room for.
    mutating func excess() -> [Block] {
      var freed: [Block] = []
      let room = max(mostUsed, mostUsedBefore) + limit
      while kept > 0, used + kept > room || blocks.count > SpareMemory.count {
        freed.append(remove(at: 0))
      }
      return freed
    }
  }

  private let state = Mutex(State())

  /// Memory of exactly this size, or `nil` where the caller has to allocate it; it holds what it held before.
  func take(byteCount: Int) -> UnsafeMutableRawPointer? {
    let (block, freed) = state.withLock { state -> (Block?, [Block]) in
      // The newest, of which a cache may still hold some.
      let index = state.blocks.lastIndex { $0.byteCount == byteCount }
      let block = index.map { state.remove(at: $0) }
      state.take(byteCount)
      return (block, state.excess())
    }
    for block in freed { unsafe Allocation.free(block.start, byteCount: block.byteCount) }
    return unsafe block?.start
  }

  /// Gives all that is kept, and what else was freed, back to the system.
  package static func giveBack() {
    let freed = shared.state.withLock { state in
      let all = state.blocks
      (state.blocks, state.kept) = ([], 0)
      (state.mostUsed, state.mostUsedBefore) = (state.used, 0)
      return all
    }
    for block in freed { unsafe Allocation.free(block.start, byteCount: block.byteCount) }
    aq_return_freed_memory()
  }

  /// Keeps memory that ``take(byteCount:)`` gave or found none for, in place of the oldest as far as there
  /// is room.
  func keep(_ start: UnsafeMutableRawPointer, byteCount: Int) {
    let block = unsafe Block(start: start, byteCount: byteCount)
    let freed = state.withLock { state in
      state.blocks.append(block)
      state.kept += byteCount
      state.used -= byteCount
      return state.excess()
    }
    for block in freed { unsafe Allocation.free(block.start, byteCount: block.byteCount) }
  }
}
