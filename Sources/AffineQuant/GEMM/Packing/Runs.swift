internal import AffineKernels

/// Rows of bytes whose runs of a few bytes alternate: panels of codes, before they are narrowed or widened.
struct Runs {
  /// Rows of a panel, present or not.
  let lanes: Int
  /// Bytes of one row that lie together.
  let bytes: Int
  /// For runs of four and of eight bytes.
  let interleave: Kernel<InterleaveRows>?

  /// Whether a kernel lays runs of so many bytes.
  static func areInterleaved(_ bytes: Int) -> Bool { bytes == 4 || bytes == 8 }

  /// Lays `rows` rows of `depth` bytes each, which follow each other, into a panel. What belongs to rows
  /// that are not there becomes zero where a kernel would read it: where runs are short.
  func lay(
    _ source: borrowing Span<UInt8>, rows: Int, depth: Int, into panel: inout MutableSpan<UInt8>
  ) {
    precondition(source.count >= rows * depth && panel.count >= lanes * depth)
    if let interleave {
      TransposeKernels.interleave(
        source, count: rows, lanes: lanes, units: depth / bytes, words: bytes / 4, into: &panel,
        interleave)
      return
    }
    for start in stride(from: 0, to: depth, by: bytes) {
      let length = min(bytes, depth - start)
      for lane in 0..<rows {
        let place = start * lanes + lane * bytes
        var run = panel.part(place..<place + length)
        run.copy(source.extracting(lane * depth + start..<lane * depth + start + length))
      }
      guard bytes < 16 else { continue }
      for lane in rows..<lanes {
        for place in 0..<length { panel[start * lanes + lane * bytes + place] = 0 }
      }
    }
  }

  /// The reverse, for runs that all are whole.
  func collect(
    _ panel: borrowing Span<UInt8>, rows: Int, depth: Int, into target: inout MutableSpan<UInt8>
  ) {
    precondition(target.count >= lanes * depth && panel.count >= lanes * depth)
    if let interleave {
      // Lanes and units change places, and the same kernel turns them back.
      TransposeKernels.interleave(
        panel, count: depth / bytes, lanes: depth / bytes, units: lanes, words: bytes / 4,
        into: &target, interleave)
      return
    }
    for start in stride(from: 0, to: depth, by: bytes) {
      for lane in 0..<rows {
        var run = target.part(lane * depth + start..<lane * depth + start + bytes)
        let place = start * lanes + lane * bytes
        run.copy(panel.extracting(place..<place + bytes))
      }
    }
  }
}
