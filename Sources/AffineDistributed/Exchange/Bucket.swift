internal import AffineQuant

/// Gradients that travel together: part r of them is summed by rank r, which then shares the sums.
final class Bucket {
  /// Values of a parameter, and where they lie in the bucket.
  struct Piece {
    let parameter: Int
    let values: Range<Int>
    let first: Int
  }

  /// Its place among those of a step.
  let number: Int
  private(set) var pieces: [Piece] = []
  private(set) var count = 0
  private let capacity, ranks: Int
  private let values: BufferBuilder<Float>
  /// What it waits for: parts of other ranks, then their sums.
  var parts, sums: (any Transfer)?
  /// The bytes of that.
  var byteCount = 0

  init(_ number: Int, capacity: Int, ranks: Int) {
    (self.number, self.capacity, self.ranks) = (number, capacity, ranks)
    values = BufferBuilder(count: ranks * Self.columns(capacity, ranks: ranks))
  }

  /// Values of a part: whole groups.
  private static func columns(_ count: Int, ranks: Int) -> Int {
    let groups = ranks * ExchangeFormat.group
    return (count + groups - 1) / groups * ExchangeFormat.group
  }

  var isFull: Bool { count == capacity }

  /// Values of each part.
  var columns: Int { Self.columns(count, ranks: ranks) }

  /// Takes values of a parameter from a place on, as many as there is room for.
  func take(_ gradient: Buffer<Float>, of parameter: Int, from first: Int) -> Range<Int> {
    let range = first..<first + min(gradient.count - first, capacity - count)
    values.memory.withRange(count..<count + range.count) { memory in
      memory.copy(gradient.span.extracting(range))
    }
    pieces.append(Piece(parameter: parameter, values: range, first: count))
    count += range.count
    return range
  }

  /// A row for each rank, zeros at the end.
  var rows: Matrix<Float> {
    let columns = columns
    for index in count..<ranks * columns { values.memory[index] = 0 }
    let all = values.buffer
    guard all.count > ranks * columns else {
      return Matrix(validated: Shape(ranks, columns), all)
    }
    let used = Buffer<Float>(all.span.extracting(0..<ranks * columns))
    return Matrix(validated: Shape(ranks, columns), used)
  }

  /// Which parameter has the value at a place, and where.
  func owner(of place: Int) -> (parameter: Int, place: Int)? {
    let piece = pieces.last { $0.first <= place }
    return piece.map { ($0.parameter, $0.values.lowerBound + place - $0.first) }
  }
}
