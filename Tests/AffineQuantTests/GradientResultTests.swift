import AffineQuant
import AffineTestSupport
import Testing

/// Gradients in memory of the caller.
@Suite struct GradientResultTests {
  typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

  static let (m, n, k) = (40, 33, 70)
  let gradient = Samples.matrix(Self.m, Self.n, seed: 1)
  let weight = Samples.matrix(Self.n, Self.k, seed: 2)
  let input = Samples.matrix(Self.m, Self.k, seed: 3)

  /// Floats against floats, floats against codes, codes against codes: the bits that the functions return.
  @Test func theyAreThoseThatAreReturned() throws {
    let (rows, columns) = (
      try Int8Activations(quantizing: gradient), try Columns(quantizing: gradient)
    )
    let (codes, saved) = (try Columns(quantizing: weight), try Columns(quantizing: input))
    let groups = try Int4Weight(quantizing: weight), tokens = try Int8Activations(quantizing: input)
    for execution in Executions.all {
      var dx = Matrix<Float>(rows: Self.m, columns: Self.k) { _, _ in .nan }
      try inputGradient(gradient, weight, into: &dx, on: execution)
      #expect(try sameBits(dx, inputGradient(gradient, weight)))
      try inputGradient(gradient, groups, into: &dx, on: execution)
      #expect(try sameBits(dx, inputGradient(gradient, groups)))
      try inputGradient(rows, codes, into: &dx, on: execution)
      #expect(try sameBits(dx, inputGradient(rows, codes)))
      var dw = Matrix<Float>(rows: Self.n, columns: Self.k) { _, _ in .nan }
      try weightGradient(gradient, input, into: &dw, on: execution)
      #expect(try sameBits(dw, weightGradient(gradient, input)))
      try weightGradient(gradient, tokens, into: &dw, on: execution)
      #expect(try sameBits(dw, weightGradient(gradient, tokens)))
      try weightGradient(columns, saved, into: &dw, on: execution)
      #expect(try sameBits(dw, weightGradient(columns, saved)))
    }
  }

  /// What products of codes give is rounded once to the type of the memory.
  @Test func halvesAreRoundedOnce() throws {
    let (rows, columns) = (
      try Int8Activations(quantizing: gradient), try Columns(quantizing: gradient)
    )
    let (codes, saved) = (try Columns(quantizing: weight), try Columns(quantizing: input))
    var dx = Matrix<Float16>(rows: Self.m, columns: Self.k) { _, _ in 0 }
    try inputGradient(rows, codes, into: &dx)
    #expect(try dx == inputGradient(rows, codes).converted())
    var dw = Matrix<BFloat16>(rows: Self.n, columns: Self.k) { _, _ in BFloat16(0) }
    try weightGradient(columns, saved, into: &dw)
    #expect(try dw == weightGradient(columns, saved).converted())
  }

  @Test func memoryThatIsSharedStays() throws {
    var dx = Matrix<Float>(rows: Self.m, columns: Self.k) { _, _ in 5 }
    let copy = dx
    try inputGradient(gradient, weight, into: &dx)
    #expect(try dx == inputGradient(gradient, weight) && copy[0, 0] == 5)
  }

  /// What does not fit is refused, and the memory stays as it was.
  @Test func extentsThatDoNotFitAreRefused() throws {
    var dx = Matrix<Float>(rows: Self.m, columns: 5) { _, _ in 5 }
    let wrong = ShapeError.mismatchedResult(
      expected: Shape(Self.m, Self.k), found: Shape(Self.m, 5))
    #expect(throws: wrong) { try inputGradient(gradient, weight, into: &dx) }
    #expect(dx.values.array.allSatisfy { $0 == 5 })
    var dw = Matrix<Float>(rows: Self.k, columns: Self.k) { _, _ in 5 }
    #expect(throws: ShapeError.mismatchedDepth(lhs: Self.n, rhs: Self.m)) {
      try weightGradient(weight, input, into: &dw)
    }
    #expect(dw.values.array.allSatisfy { $0 == 5 })
  }
}
