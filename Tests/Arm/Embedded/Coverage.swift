import AffineOracle
import AffineQuant

@_extern(c, "getenv") func environment(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>?
@_extern(c, "exit") func exit(_ status: CInt)

/// `affine coverage --verify` without what Embedded Swift lacks, of those cells whose number leaves REMAINDER
/// when it is divided by PARTS; both are digits. Of products also, whether kernels serve all steps of theirs on
/// every kind of CPU that this one can stand for.
@main struct Coverage {
  private static let kinds: [InstructionSet] = [
    .neon, [.neon, .neondot], [.neon, .neondot, .i8mm], [.neon, .neondot, .i8mm, .neonbf16],
    [.neon, .neondot, .i8mm, .neonbf16, .sme],
  ]

  static func main() {
    let parts = unsafe environment("PARTS").map { unsafe Int($0[0]) - 48 } ?? 1
    let remainder = unsafe environment("REMAINDER").map { unsafe Int($0[0]) - 48 } ?? 0
    var right: [String: Int] = [:]
    var wrong: [String: Int] = [:]
    var (planned, portable) = (0, 0)
    let kinds = Self.kinds.filter { $0.isSubset(of: .running) }
    for (index, cell) in CoverageCell.all.enumerated() where index % parts == remainder {
      for kind in kinds where cell.operation.isProduct {
        planned += 1
        guard cell.plan(on: kind).tier == .portable else { continue }
        portable += 1
        guard portable <= 5 else { continue }
        print(
          "\(cell.operation.rawValue) of \(cell.activationsName) by \(cell.weights.name) on "
            + "\(kind.name) is left to Swift")
      }
      // Loops of Swift are the same everywhere, and checked where they are faster.
      for row in cell.rows where row.canRun() && row.tier != .portable {
        if CellCheck.run(cell, row).passed {
          right[row.name, default: 0] += 1
        } else {
          wrong[row.name, default: 0] += 1
          guard wrong[row.name] == 1 else { continue }
          print(
            "\(row.name): \(cell.operation.rawValue) of \(cell.activationsName) by "
              + "\(cell.weights.name) is wrong")
        }
      }
    }
    for (name, count) in right.sorted(by: { $0.key < $1.key }) { print("\(name) \(count) right") }
    let (passed, failed) = (right.values.reduce(0, +), wrong.values.reduce(0, +))
    print(
      "\(passed) checks right, \(failed) wrong; \(planned) plans of products, \(portable) in Swift")
    exit(failed > 0 || passed == 0 || portable > 0 || planned == 0 ? 1 : 0)
  }
}
