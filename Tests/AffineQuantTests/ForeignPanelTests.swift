import AffineQuant
import AffineTestSupport
import Testing

/// Operands that lie in panels of another kernel than the one that multiplies: what a plan says of them is what runs.
@Suite struct ForeignPanelTests {
  /// For whose kernels a weight was packed, and what multiplies it.
  struct Move: Sendable, CustomTestStringConvertible {
    let home, away: InstructionSet
    var testDescription: String { "\(home.name) → \(away.name)" }
  }

  static let moves = [
    Move(home: .portable, away: .running), Move(home: .running, away: .portable),
    Move(home: .avx2, away: .running), Move(home: .running, away: .avx2),
    Move(home: .neon, away: .running), Move(home: .running, away: .neon),
  ].filter { $0.home != $0.away && ($0.home.union($0.away)).isSubset(of: .running) }

  /// Codes that a product takes on one side, as rows or as panels; floats as they are.
  private static func sides(_ operand: ErasedOperand, _ move: Move) -> [ErasedOperand] {
    guard case .quantized(let codes) = operand, codes.type.liesInPanels else { return [operand] }
    // Made anew for each product: sums that one has made stay with the panels.
    return [operand, .quantized(codes.tiled(.of(move)))]
  }

  private static func isPanels(_ operand: ErasedOperand) -> Bool {
    if case .quantized(let codes) = operand { codes.tiles != nil } else { false }
  }

  /// Of depths that whole words of codes fill, and that they do not.
  @Test(arguments: moves, [70, 72]) func plansListWhatTakesThemApart(move: Move, k: Int) throws {
    let (m, n) = (5, 7)
    var unpacked = Set<Plan.Work>()
    for cell in CoverageCell.all where cell.operation == .linear {
      let first = try ErasedOperand(Samples.matrix(m, k, seed: 1), as: cell.activations)
      let second = try ErasedOperand(
        Samples.matrix(n, k, for: cell.weights, seed: 2), as: .quantized(cell.weights))
      var execution = Execution(threads: 1, instructionSet: move.away)
      execution.precision = cell.precision
      let expected = try ErasedOperand.product(.linear, first, second, on: execution)
      for lhs in Self.sides(first, move) {
        for rhs in Self.sides(second, move) {
          let says =
            "\(cell.activationsName) \(Self.isPanels(lhs)), \(cell.weights.name) \(Self.isPanels(rhs))"
          let record = KernelRecord()
          execution.record = record
          let call = ProductCall(.linear, lhs, rhs, on: execution)
          let plan = try #require(call.explanation(), "\(says)")
          #expect(try call.result() == expected, "\(says)")
          #expect(record.rows == plan.kernels, "\(says)")
          let works = Set(plan.steps.map(\.work))
          #expect(works.contains(.unpackLHS) == Self.isPanels(lhs), "\(says)")
          if case .quantized(let codes) = second, Self.isPanels(rhs) {
            // The same layout gives the same panels.
            let fits = codes.tiled(execution) == codes.tiled(.of(move))
            #expect(fits || works.contains(.unpackRHS), "\(says)")
          } else {
            #expect(!works.contains(.unpackRHS), "\(says)")
          }
          unpacked.formUnion(works)
        }
      }
    }
    #expect(unpacked.isSuperset(of: [.unpackLHS, .unpackRHS]))
  }
}

extension Execution {
  /// How the weight of a move is packed.
  fileprivate static func of(_ move: ForeignPanelTests.Move) -> Execution {
    Execution(threads: 1, instructionSet: move.home)
  }
}
