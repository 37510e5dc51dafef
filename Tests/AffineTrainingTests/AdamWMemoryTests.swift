import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct AdamWMemoryTests {
  @Test func movesInPlaceAndLeavesCopiesAlone() throws {
    for state in [MomentFormat.float32, .dynamic8(group: 64)] {
      let gradient = Samples.matrix(4, 200, seed: 9)
      var parameters = Samples.matrix(4, 200)
      var optimizer = try AdamW(shape: Shape(4, 200), moments: state)
      let (copy, before) = (parameters, parameters.values.array)
      var optimizerCopy = optimizer
      try optimizer.move(&parameters, gradient: gradient)
      #expect(copy.values.array == before)
      #expect(try optimizerCopy.update(copy, gradient: gradient) == parameters)
      // The memory is its own now, and stays.
      let start = unsafe UInt(bitPattern: parameters.values.pointer)
      try optimizer.move(&parameters, gradient: gradient)
      #expect(unsafe UInt(bitPattern: parameters.values.pointer) == start)
    }
  }

  @Test(arguments: ["portable", "avx2", "avx512vbmi"].compactMap { InstructionSet(name: $0) })
  func theFirstRowThatCannotBeStoredIsReported(instructionSet: InstructionSet) throws {
    let bad: [(Float, QuantizationError)] = [
      (.infinity, .notFinite(.infinity, row: 3, column: 150)),
      // The first moment is finite, its square is not.
      (1e30, .notFinite(.infinity, row: 3, column: 150)),
    ]
    for threads in [1, 3] {
      for (value, error) in bad {
        let gradient = Matrix<Float>(rows: 90, columns: 300) { row, column in
          (row == 3 && column == 150) || row == 70 ? value : 1
        }
        var optimizer = try AdamW(shape: gradient.shape, moments: .dynamic8(group: 64))
        var parameters = Samples.matrix(90, 300)
        #expect(throws: error) {
          try optimizer.move(
            &parameters, gradient: gradient,
            on: Execution(threads: threads, instructionSet: instructionSet))
        }
        #expect(optimizer.step == 0)
      }
    }
  }
}
