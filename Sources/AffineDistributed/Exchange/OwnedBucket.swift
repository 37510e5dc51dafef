internal import AffineQuant

/// Gradients that travel together, each to the rank that keeps its parameter.
final class OwnedBucket {
  /// Values of a parameter.
  struct Piece {
    let parameter: Int
    let values: Range<Int>
  }

  /// Its place among those of a step.
  let number: Int
  /// By the rank that they are for.
  private(set) var pieces: [[Piece]]
  /// What the pieces are cut from, until they are sent.
  private var gradients: [[Buffer<Float>]]
  private var count = 0
  private let capacity: Int
  /// What it waits for, and the bytes of that.
  private(set) var parts: (any Transfer)?
  private(set) var byteCount = 0

  init(_ number: Int, capacity: Int, ranks: Int) {
    (self.number, self.capacity) = (number, capacity)
    pieces = Array(repeating: [], count: ranks)
    gradients = Array(repeating: [], count: ranks)
  }

  var isFull: Bool { count == capacity }

  /// Takes values of a parameter from a place on, as many as there is room for.
  func take(
    _ gradient: Buffer<Float>, of parameter: Int, from first: Int, for owner: Int
  ) -> Range<Int> {
    let range = first..<first + min(gradient.count - first, capacity - count)
    pieces[owner].append(Piece(parameter: parameter, values: range))
    gradients[owner].append(gradient)
    count += range.count
    return range
  }

  /// Values for a rank: whole groups.
  func columns(for owner: Int) -> Int {
    let count = pieces[owner].reduce(0) { $0 + $1.values.count }
    return (count + ExchangeFormat.group - 1) / ExchangeFormat.group * ExchangeFormat.group
  }

  /// The values for a rank in a row, zeros at the end.
  func row(for owner: Int) -> Matrix<Float> {
    let columns = columns(for: owner)
    let values = Buffer<Float>(count: columns, zeroed: false) { row in
      var first = 0
      for (piece, gradient) in zip(pieces[owner], gradients[owner]) {
        var target = row.part(first..<first + piece.values.count)
        target.copy(gradient.span.extracting(piece.values))
        first += piece.values.count
      }
      for index in first..<columns { row[index] = 0 }
    }
    return Matrix(validated: Shape(1, columns), values)
  }

  /// Goes on without the gradients, which may be large.
  func wait(for parts: any Transfer, byteCount: Int) {
    (self.parts, self.byteCount, gradients) = (parts, byteCount, [])
  }
}
