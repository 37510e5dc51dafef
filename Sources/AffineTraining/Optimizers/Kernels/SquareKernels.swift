package import AffineQuant
internal import AffineKernels

/// The kernels that add squares.
enum SquareKernels {
  /// Squares of floats, or of floats over the roots of second moments.
  static let floats = unsafe KernelTable<SquaresOfFloats>(
    aq_squares_f32(), portable: "aq_squares_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    var sums = [Double](repeating: 0, count: 16)
    for index in unsafe 0..<arguments.count {
      let value = unsafe arguments.values[index]
      var square = Double(value) * Double(value)
      if let moments = unsafe arguments.v {
        let moment = unsafe arguments.keep * moments[index] + arguments.rest * value * value
        let v = unsafe moment * arguments.scale
        square /= unsafe Double(v < arguments.floor ? arguments.floor : v)
      }
      sums[index % 16] += square
    }
    unsafe family.c.sum = sums.reduce(0, +)
  }
}

extension Matrix<Float> {
  /// The sum of the squares of all values; the order of the sums is that of the rows.
  package func sumOfSquares(on execution: Execution) -> Double {
    let kernel = SquareKernels.floats.best(on: execution)
    let columns = shape.columns
    let sums = Buffer<Double>(count: shape.rows, zeroed: false) { sums in
      // Every row has a sum of its own.
      ThreadPool.shared.parallelRows(shape.rows, columns, execution) { rows in
        for row in rows {
          unsafe sums.pointer[row] = kernel.sum(values.pointer + row * columns, columns)
        }
      }
    }
    return sums.array.reduce(0, +)
  }
}

extension Kernel<SquaresOfFloats> {
  /// The sum of the squares of values; it is finite where all of them are.
  func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    var arguments = unsafe SquaresOfFloats(
      c: aq_squares_args(
        count: count, values: values, v: nil, keep: 0, rest: 0, scale: 1, floor: 0, sum: 0))
    self(&arguments)
    return unsafe arguments.c.sum
  }
}

extension Moments {
  /// The root mean square of a gradient over the roots of the second moments that it leads to, which
  /// `power`, β₂ to the number of steps, corrects for their start at zero; roots are `epsilon` at least.
  package mutating func updateMagnitude(
    _ gradient: Matrix<Float>, keep: Float, power: Float, epsilon: Float, _ execution: Execution
  ) -> Float {
    let kernel = SquareKernels.floats.best(on: execution)
    let (shape, layout, grid) = (shape, second.layout, second.grid)
    guard shape.count > 0 else { return 0 }
    var sums = Buffer<Double>([])
    second.change { v in
      sums = Buffer(count: shape.rows, zeroed: false) { sums in
        // Every row has a sum of its own, and no moment changes.
        ThreadPool.shared.parallelRows(shape.rows, shape.columns, execution) { rows in
          let moments = MomentRows(layout, grid, v, key: 0, execution)
          for row in rows {
            var arguments = unsafe SquaresOfFloats(
              c: aq_squares_args(
                count: shape.columns, values: gradient.values.pointer + row * shape.columns,
                v: moments.load(row), keep: keep, rest: 1 - keep, scale: 1 / (1 - power),
                floor: epsilon * epsilon, sum: 0))
            kernel(&arguments)
            unsafe sums.pointer[row] = arguments.c.sum
          }
        }
      }
    }
    withExtendedLifetime(gradient) {}
    return Float((sums.array.reduce(0, +) / Double(shape.count)).squareRoot())
  }
}
