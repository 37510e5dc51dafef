internal import AffineQuant
internal import AffineKernels

/// Where the heads of new tokens come from, and what becomes of queries and keys before they are used.
///
/// It owns nothing that it points to.
@safe
struct HeadPlacement {
  /// Queries, keys and values of a row, side by side, and how far rows lie apart.
  let joined: UnsafePointer<Float>
  let joinedStride: Int
  /// Where queries and keys go that are normalized or turned, and how far rows lie apart.
  let turned: UnsafeMutablePointer<Float>
  let turnedStride: Int
  /// Heads of queries and of keys, and their columns.
  let heads, keyValueHeads, size: Int
  /// The weights of their norms, if they are normalized.
  let norms: (query: UnsafePointer<Float>, key: UnsafePointer<Float>, epsilon: Float)?
  /// A row of cosines and sines for each row, if they turn.
  let turns: UnsafePointer<Float>?
  /// Columns of a head that turn.
  let turning: Int
  let norm: Kernel<NormRows>
  let rotate: Kernel<RotateRow>
  /// Memory for the heads of a row and a number each.
  let scratch: WorkerMemory<Float>

  /// Whether queries and keys are used as they came.
  var keepsHeads: Bool { unsafe norms == nil && turns == nil }

  /// Hands out the keys and values of some heads of a row; the queries that share them are ready then.
  func place(
    _ row: Int, _ cacheHeads: Range<Int>, worker: Int,
    _ write: (_ head: Int, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>) -> Void
  ) {
    let shared = heads / keyValueHeads
    let source = unsafe joined + row * joinedStride
    let query = cacheHeads.lowerBound * shared * size
    let key = (heads + cacheHeads.lowerBound) * size
    var keys = unsafe source + key
    if !keepsHeads {
      let target = unsafe turned + row * turnedStride
      unsafe prepare(
        source + query, cacheHeads.count * shared, norms?.query, row, worker, target + query)
      unsafe prepare(keys, cacheHeads.count, norms?.key, row, worker, target + key)
      unsafe keys = UnsafePointer(target + key)
    }
    let values = unsafe source + (heads + keyValueHeads) * size
    for head in cacheHeads {
      unsafe write(head, keys + (head - cacheHeads.lowerBound) * size, values + head * size)
    }
  }

  /// Normalizes and turns heads that lie side by side.
  private func prepare(
    _ source: UnsafePointer<Float>, _ count: Int, _ weight: UnsafePointer<Float>?, _ row: Int,
    _ worker: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    var source = unsafe source
    if let norms = unsafe norms, let weight = unsafe weight {
      let memory = unsafe scratch.start(of: worker)
      let normal = unsafe turns == nil ? target : memory
      var arguments = unsafe NormRows(
        c: aq_norm_args(
          rows: count, columns: size, in: source, weight: weight, bias: nil,
          epsilon: norms.epsilon, out: normal, means: nil, inverses: memory + heads * size))
      norm(&arguments)
      unsafe source = UnsafePointer(normal)
    }
    guard let turns = unsafe turns else { return }
    // Heads that turn whole lie one after another.
    let (calls, atOnce) = turning == size ? (1, count) : (count, 1)
    for call in 0..<calls {
      let (from, to) = unsafe (source + call * size, target + call * size)
      var arguments = unsafe RotateRow(
        c: aq_rotate_args(
          heads: atOnce, half: turning / 2, turns: turns + row * turning, in: from, out: to))
      rotate(&arguments)
      if turning < size {
        unsafe (to + turning).update(from: from + turning, count: size - turning)
      }
    }
  }
}
