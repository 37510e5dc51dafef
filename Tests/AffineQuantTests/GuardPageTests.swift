import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// No kernel reads a byte that is not its own: inputs lie between pages that end the process when they
/// are touched.
@Suite struct GuardPageTests {
  private static let sizes = [(5, 7, 70), (1, 3, 33), (18, 34, 37), (3, 65, 129)]

  /// Every 13th cell, other ones every day: in two weeks all of them.
  private static let parts = 13
  private static let part =
    ProcessInfo.processInfo.environment["AFFINE_PART"].flatMap { Int($0) }
    ?? Int(Date().timeIntervalSince1970) / 86_400 % parts

  private static let cells = CoverageCell.all.enumerated()
    .filter { $0.offset % parts == part }.map(\.element)

  @Test(arguments: MatrixOperation.allCases.filter(\.isProduct))
  func productsStayInside(operation: MatrixOperation) throws {
    for cell in Self.cells where cell.operation == operation {
      for (m, n, k) in Self.sizes {
        let (left, right) =
          switch operation {
          case .linear: (Shape(m, k), Shape(n, k))
          case .inputGradient: (Shape(m, k), Shape(k, n))
          default: (Shape(k, m), Shape(k, n))
          }
        let first = try ErasedOperand(
          Samples.matrix(left.rows, left.columns, seed: 1), as: cell.activations)
        let second = try ErasedOperand(
          Samples.matrix(right.rows, right.columns, for: cell.weights, seed: 2),
          as: .quantized(cell.weights))
        let expected = try ErasedOperand.product(
          operation, first, second, on: Execution(threads: 1, instructionSet: .portable))
        for row in cell.rows where row.canRun() {
          var execution = Execution(threads: 1, instructionSet: row.needs)
          execution.precision = cell.precision
          // Kernels of bfloat16 give bits of their own.
          let expected =
            cell.precision == .float32
            ? expected : try ErasedOperand.product(operation, first, second, on: execution)
          for atEnd in [true, false] {
            let actual = try ErasedOperand.product(
              operation, first.guarded(atEnd: atEnd), second.guarded(atEnd: atEnd), on: execution)
            #expect(
              actual == expected,
              "part \(Self.part): \(row.name) \(cell.activationsName) \(cell.weights.name)")
          }
        }
      }
    }
  }

  /// A weight in panels, also in those of other kernels, gives what its rows give; panels of gradients do not compile.
  @Test(arguments: [InstructionSet.running, .portable])
  func panelsGiveWhatRowsGive(instructionSet: InstructionSet) throws {
    let (m, n, k) = Self.sizes[0]
    for cell in Self.cells where cell.operation == .linear && cell.weights.liesInPanels {
      let first = try ErasedOperand(Samples.matrix(m, k, seed: 1), as: cell.activations)
      let second = try ErasedOperand(
        Samples.matrix(n, k, for: cell.weights, seed: 2), as: .quantized(cell.weights))
      guard case .quantized(let codes) = second else { preconditionFailure("not quantized") }
      var execution = Execution(threads: 1, instructionSet: instructionSet)
      execution.precision = cell.precision
      let expected = try ErasedOperand.product(.linear, first, second, on: execution)
      let panels = ErasedOperand.quantized(codes.tiled())
      let actual = try ErasedOperand.product(.linear, first, panels, on: execution)
      #expect(
        actual == expected, "part \(Self.part): \(cell.activationsName) \(cell.weights.name)")
    }
  }

  @Test func conversionsStayInside() throws {
    for cell in Self.cells where !cell.operation.isProduct {
      for (m, _, k) in Self.sizes {
        let values = Samples.matrix(m, k, for: cell.weights, seed: 3)
        for row in cell.rows where row.canRun() {
          let execution = Execution(threads: 1, instructionSet: row.needs)
          for atEnd in [true, false] {
            let type = OperandType.quantized(cell.weights)
            let made = try ErasedOperand(values.guarded(atEnd: atEnd), as: type, on: execution)
            guard case .quantized(let codes) = try made.guarded(atEnd: atEnd),
              case .quantized(let expected) = made
            else { preconditionFailure("not quantized") }
            let rows = [m - 1, 0]
            let picked: (Matrix<Float>, Matrix<Float>) = (
              try codes.gather(rows, execution), try expected.gather(rows, execution)
            )
            #expect(picked.0 == picked.1)
            #expect(
              codes.dequantized(execution) as Matrix<Float> == expected.dequantized(execution))
            #expect(codes.transposed(execution) == expected.transposed(execution))
          }
        }
      }
    }
  }
}
