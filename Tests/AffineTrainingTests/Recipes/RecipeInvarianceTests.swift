import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// What holds of every recipe: results depend on no machine, and no shape or zero is in the way.
@Suite struct RecipeInvarianceTests {
  private static let executions: [Execution] =
    [
      .threads(1), .threads(3), Execution(threads: 3, instructionSet: .portable),
    ]
    + [
      "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "avx512bf16", "amx", "neon", "neondot", "i8mm",
      "sme",
    ]
    .compactMap { InstructionSet(name: $0) }
    .filter { $0.isSubset(of: .running) }
    .map { Execution(threads: 1, instructionSet: $0) }

  @Test(arguments: Recipe.named)
  func resultsDependOnNoThreadNorInstruction(recipe: Recipe) throws {
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (33, 65, 17), (65, 40, 130)] {
      let layer = Layer(m, n, k)
      let portable = Execution(threads: 1, instructionSet: .portable)
      for flows in [false, true] {
        let expected = try layer.run(recipe, flows: flows, on: portable)
        #expect(expected.isFinite)
        #expect(expected.output.shape == Shape(m, n))
        #expect(expected.dx.shape == Shape(m, k) && expected.dw.shape == Shape(n, k))
        for execution in Self.executions {
          let run = try layer.run(recipe, flows: flows, on: execution)
          #expect(
            run.isIdentical(to: expected), "\(recipe.name) \(m)×\(n)×\(k) on \(execution)")
        }
      }
    }
  }

  /// A row of zeros on any side gives zeros, and so does a matrix of them.
  @Test(arguments: Recipe.named) func zerosStayZeros(recipe: Recipe) throws {
    let layer = Layer(40, 40, 70)
    func rest(_ matrix: Matrix<Float>) -> Matrix<Float> { matrix.map { $0 < 32 ? 0 : $2 } }
    let none = try LinearRun(
      recipe, .zeros(40, 70), .zeros(40, 70), .zeros(40, 40))
    #expect(none.output == .zeros(40, 40) && none.dx == .zeros(40, 70) && none.dw == .zeros(40, 70))
    let run = try LinearRun(recipe, rest(layer.x), rest(layer.w), rest(layer.g))
    #expect(run.isFinite)
    for row in 0..<32 {
      for column in 0..<40 { #expect(run.output[row, column] == 0 && run.output[column, row] == 0) }
      for column in 0..<70 { #expect(run.dx[row, column] == 0) }
    }
  }

  /// A batch without tokens has no output, and moves nothing.
  @Test(arguments: Recipe.named) func nothingGivesNothing(recipe: Recipe) throws {
    let run = try LinearRun(recipe, .zeros(0, 70), Layer().w, .zeros(0, 23))
    #expect(run.output.shape == Shape(0, 23) && run.dx.shape == Shape(0, 70))
    #expect(run.dw == .zeros(23, 70))
  }

  /// Extents that do not agree are named.
  @Test(arguments: Recipe.named) func extentsMustAgree(recipe: Recipe) throws {
    let layer = Layer()
    #expect(throws: TrainingError.self) {
      try LinearRun(recipe, layer.x, .zeros(23, 64), layer.g)
    }
    for (rows, columns) in [(41, 23), (39, 23), (40, 24)] {
      #expect(throws: TrainingError.self) {
        try LinearRun(recipe, layer.x, layer.w, Numbers.normal(rows, columns, seed: 1))
      }
    }
  }

  /// Values that cannot be quantized are named, not computed with.
  @Test func whatIsNotFiniteIsRefused() throws {
    for value in [Float.nan, .infinity] {
      let x = Layer().x.map { row, column, x in row == 2 && column == 3 ? value : x }
      #expect(throws: TrainingError.self) { try Layer().replacing(input: x).run(.switchBack) }
      let g = Layer().g.map { row, column, g in row == 2 && column == 3 ? value : g }
      #expect(throws: TrainingError.self) { try Layer().replacing(gradient: g).run(.switchBack) }
    }
  }
}
