/// L-BFGS (Liu and Nocedal, 1989): descends along a direction that the last few steps bend towards
/// Newton's, with a line search that ends where slope and value have fallen enough (weak Wolfe
/// conditions, by bisection).
package struct QuasiNewton {
  /// Steps that are remembered.
  var memory = 12
  /// Steps at most.
  var steps = 1500
  /// Ends when a step lowers the value by no more than this part of it.
  var tolerance: Double

  package init(tolerance: Double = 1e-12) { self.tolerance = tolerance }

  /// Where the search ended.
  package struct Minimum {
    package var point: [Double]
    package var value: Double
    package var gradient: [Double]
  }

  /// Descends from a point.
  ///
  /// - Parameters:
  ///   - start: Where the function is finite.
  ///   - function: Value and gradient; what is not finite is a wall.
  /// - Returns: The end; `nil` if the start is behind a wall.
  package func minimize(
    from start: [Double], _ function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> Minimum? {
    let first = function(start)
    guard first.value.isFinite else { return nil }
    var here = Minimum(point: start, value: first.value, gradient: first.gradient)
    var pairs: [(move: [Double], change: [Double])] = []
    var flat = 0
    for _ in 0..<steps {
      var direction = Self.direction(here.gradient, pairs)
      if !(Self.dot(direction, here.gradient) < 0) {
        pairs = []
        direction = Self.direction(here.gradient, pairs)
      }
      guard let next = step(from: here, along: direction, function) else {
        // Along the gradient itself nothing is lower: this is the end.
        if pairs.isEmpty { break }
        pairs = []
        continue
      }
      let move = zip(next.point, here.point).map(-)
      let change = zip(next.gradient, here.gradient).map(-)
      if Self.dot(move, change) > 0 {
        pairs.append((move, change))
        if pairs.count > memory { pairs.removeFirst() }
      }
      // One small step may be an accident.
      flat = here.value - next.value <= tolerance * next.value.magnitude ? flat + 1 : 0
      here = next
      if flat == 5 { break }
    }
    return here
  }

  private func step(
    from here: Minimum, along direction: [Double],
    _ function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> Minimum? {
    let slope = Self.dot(direction, here.gradient)
    guard slope < 0 else { return nil }
    var (low, high, length) = (0.0, Double.infinity, 1.0)
    var best: Minimum?
    for _ in 0..<50 {
      let point = zip(here.point, direction).map { $0 + length * $1 }
      let (value, gradient) = function(point)
      if !(value <= here.value + 1e-4 * length * slope) {
        high = length
      } else {
        best = Minimum(point: point, value: value, gradient: gradient)
        guard Self.dot(direction, gradient) < 0.9 * slope else { return best }
        low = length
      }
      length = high.isFinite ? (low + high) / 2 : 2 * low
    }
    return best
  }

  /// −H · gradient, with H from the last steps; at first a step of length 1 at most.
  private static func direction(
    _ gradient: [Double], _ pairs: [(move: [Double], change: [Double])]
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    guard let last = pairs.last else {
      let norm = dot(gradient, gradient).squareRoot()
      return norm > 1 ? direction.map { $0 / norm } : direction
    }
    var parts: [Double] = []
    for (move, change) in pairs.reversed() {
      let part = dot(move, direction) / dot(move, change)
      parts.append(part)
      direction = zip(direction, change).map { $0 - part * $1 }
    }
    let scale = dot(last.move, last.change) / dot(last.change, last.change)
    direction = direction.map { $0 * scale }
    for ((move, change), part) in zip(pairs, parts.reversed()) {
      let other = dot(change, direction) / dot(move, change)
      direction = zip(direction, move).map { $0 + (part - other) * $1 }
    }
    return direction
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
