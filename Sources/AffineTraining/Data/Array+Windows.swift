internal import AffineQuant

extension Array {
  /// What one step reads: everything once before anything again, in an order that the seed fixes.
  func windows(step: Int, size: Int, seed: UInt64) -> [Element] {
    (0..<size).map { index in
      let (epoch, place) = (step * size + index).quotientAndRemainder(dividingBy: count)
      return self[Permutation(count: count, epoch: epoch, seed: seed)[place]]
    }
  }

  /// What one step reads where nothing may be there twice: an epoch is of whole steps, and what fills none waits for
  /// another epoch's order.
  ///
  /// - Precondition: There are as many as a step reads.
  func wholeBatch(step: Int, size: Int, seed: UInt64) -> [Element] {
    let (epoch, place) = step.quotientAndRemainder(dividingBy: count / size)
    let order = Permutation(count: count, epoch: epoch, seed: seed)
    return (place * size..<(place + 1) * size).map { self[order[$0]] }
  }

  /// What validation reads, with the same distance between one and the next: all, where fewer are there.
  func spread(_ wanted: Int) -> [Element] {
    [Int].spread(Swift.min(wanted, count), over: count).map { self[$0] }
  }
}

extension [Int] {
  /// Places with the same distance between them.
  static func spread(_ count: Int, over places: Int) -> [Int] {
    let distance = count > 1 ? (places - 1) / (count - 1) : 0
    return (0..<count).map { $0 * distance }
  }
}
