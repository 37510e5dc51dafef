import AffineOracle
import AffineQuant

@_extern(c, "getenv") func environment(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>?
@_extern(c, "exit") func exit(_ status: CInt)

/// `affine coverage --verify` without what Embedded Swift lacks, of those cells whose number leaves REMAINDER
/// when it is divided by PARTS; both are digits.
@main struct Coverage {
  static func main() {
    let parts = unsafe environment("PARTS").map { unsafe Int($0[0]) - 48 } ?? 1
    let remainder = unsafe environment("REMAINDER").map { unsafe Int($0[0]) - 48 } ?? 0
    var right: [String: Int] = [:]
    var wrong: [String: Int] = [:]
    for (index, cell) in CoverageCell.all.enumerated() where index % parts == remainder {
      for row in cell.rows where row.canRun() {
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
    print("\(passed) checks right, \(failed) wrong")
    exit(failed > 0 || passed == 0 ? 1 : 0)
  }
}
