internal import AffineKernels

extension ElementKernels {
  /// Elements that a part of the work has a whole number of.
  static let granule = 4096

  /// Calls `body` with ranges of elements, on several threads.
  static func eachRange(_ count: Int, _ execution: Execution, _ body: (Range<Int>) -> Void) {
    ThreadPool.shared.parallelRows((count + granule - 1) / granule, granule, execution) { part in
      body(part.lowerBound * granule..<min(part.upperBound * granule, count))
    }
  }

  /// A function of one matrix, or of two of one shape.
  static func map(
    _ table: KernelTable<Elements>, _ first: Matrix<Float>, _ other: Matrix<Float>? = nil,
    factor: Float = 1, on execution: Execution
  ) -> Matrix<Float> {
    precondition(other == nil || other?.shape == first.shape, "shapes of \(first.shape) differ")
    let kernel = table.best(on: execution)
    let values = Buffer<Float>(count: first.shape.count, zeroed: false) { output in
      // Ranges do not overlap.
      eachRange(first.shape.count, execution) { range in
        var arguments = unsafe Elements(
          c: aq_elements_args(
            count: range.count, first: first.values.pointer + range.lowerBound,
            other: other.map { unsafe $0.values.pointer + range.lowerBound },
            out: output.pointer + range.lowerBound, factor: factor))
        kernel(&arguments)
      }
    }
    withExtendedLifetime((first, other)) {}
    return Matrix(validated: first.shape, values)
  }

  /// Adds to a matrix in its own memory.
  static func accumulate(
    _ sum: inout Matrix<Float>, _ added: Matrix<Float>, _ execution: Execution
  ) {
    precondition(sum.shape == added.shape, "\(sum.shape) and \(added.shape)")
    let kernel = accumulate.best(on: execution)
    sum.values.change { output in
      eachRange(added.shape.count, execution) { range in
        var arguments = unsafe Elements(
          c: aq_elements_args(
            count: range.count, first: added.values.pointer + range.lowerBound, other: nil,
            out: output.pointer + range.lowerBound, factor: 1))
        kernel(&arguments)
      }
    }
    withExtendedLifetime(added) {}
  }

  /// A function of the first and the second half of each row.
  static func mapHalves(
    _ table: KernelTable<Elements>, _ x: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    precondition(x.shape.columns.isMultiple(of: 2), "halves of \(x)")
    let (columns, half) = (x.shape.columns, x.shape.columns / 2)
    let kernel = table.best(on: execution)
    let values = Buffer<Float>(count: x.shape.rows * half, zeroed: false) { output in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(x.shape.rows, columns, execution) { rows in
        for row in rows {
          let start = row * columns
          var arguments = unsafe Elements(
            c: aq_elements_args(
              count: half, first: x.values.pointer + start,
              other: x.values.pointer + start + half, out: output.pointer + row * half, factor: 1))
          kernel(&arguments)
        }
      }
    }
    withExtendedLifetime(x) {}
    return Matrix(validated: Shape(x.shape.rows, half), values)
  }

  /// A function of each row of a matrix and one row of arguments, or one factor a row.
  static func mapRows(
    _ table: KernelTable<Elements>, _ x: Matrix<Float>, _ row: Buffer<Float>? = nil,
    factors: [Float]? = nil, on execution: Execution
  ) -> Matrix<Float> {
    let columns = x.shape.columns
    precondition(row == nil || row?.count == columns, "a row for \(x.shape)")
    precondition(factors == nil || factors?.count == x.shape.rows, "factors for \(x.shape)")
    let kernel = table.best(on: execution)
    let values = Buffer<Float>(count: x.shape.count, zeroed: false) { output in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(x.shape.rows, columns, execution) { rows in
        for index in rows {
          var arguments = unsafe Elements(
            c: aq_elements_args(
              count: columns, first: x.values.pointer + index * columns,
              other: row.map { unsafe $0.pointer }, out: output.pointer + index * columns,
              factor: factors.map { $0[index] } ?? 1))
          kernel(&arguments)
        }
      }
    }
    withExtendedLifetime((x, row)) {}
    return Matrix(validated: x.shape, values)
  }

  /// The gradients of both inputs of a gated unit.
  static func swigluGradient(
    _ gate: Matrix<Float>, _ up: Matrix<Float>, _ gradient: Matrix<Float>, _ execution: Execution
  ) -> (gate: Matrix<Float>, up: Matrix<Float>) {
    precondition(gate.shape == up.shape && gate.shape == gradient.shape, "not \(gate.shape)")
    let kernel = swigluGradient.best(on: execution)
    let ofGate = BufferBuilder<Float>(count: gate.shape.count)
    let ofUp = BufferBuilder<Float>(count: gate.shape.count)
    eachRange(gate.shape.count, execution) { range in
      let start = range.lowerBound
      var arguments = unsafe SwigluGradient(
        c: aq_swiglugradient_args(
          count: range.count, gate: gate.values.pointer + start, up: up.values.pointer + start,
          gradient: gradient.values.pointer + start, of_gate: ofGate.memory.pointer + start,
          of_up: ofUp.memory.pointer + start))
      kernel(&arguments)
    }
    withExtendedLifetime((gate, up, gradient)) {}
    return (
      Matrix(validated: gate.shape, ofGate.buffer), Matrix(validated: gate.shape, ofUp.buffer)
    )
  }

  /// Elements of which some become zero.
  static func dropout(
    _ x: Matrix<Float>, probability: Float, key: UInt64, _ execution: Execution
  ) -> Matrix<Float> {
    let kernel = dropout.best(on: execution)
    // The comparison of 24 bits with an integer is that of their fraction with the probability.
    let threshold = UInt32((probability * 0x1p24).rounded(.up))
    let values = Buffer<Float>(count: x.shape.count, zeroed: false) { output in
      eachRange(x.shape.count, execution) { range in
        var arguments = unsafe DropoutElements(
          c: aq_dropout_args(
            count: range.count, in: x.values.pointer + range.lowerBound,
            out: output.pointer + range.lowerBound,
            start: key &+ SplitMix.increment &* UInt64(range.lowerBound + 1),
            threshold: threshold, factor: 1 / (1 - probability)))
        kernel(&arguments)
      }
    }
    withExtendedLifetime(x) {}
    return Matrix(validated: x.shape, values)
  }
}
