import AffineQuant
import AffineTestSupport

/// `affine coverage --verify` without what Embedded Swift lacks.
@main struct Coverage {
  static func main() {
    var right: [String: Int] = [:]
    var wrong: [String: Int] = [:]
    for cell in CoverageCell.all {
      for row in cell.rows where row.canRun() {
        if CellCheck.run(cell, row).passed {
          right[row.name, default: 0] += 1
        } else {
          wrong[row.name, default: 0] += 1
          print(
            "\(row.name): \(cell.operation.rawValue) of \(cell.activations.name) by "
              + "\(cell.weights.name) is wrong")
        }
      }
    }
    for (name, count) in right.sorted(by: { $0.key < $1.key }) { print("\(name) \(count) right") }
    let (passed, failed) = (right.values.reduce(0, +), wrong.values.reduce(0, +))
    print("\(CoverageCell.all.count) cells, \(passed) checks right, \(failed) wrong")
    if failed > 0 || passed == 0 { fatalError("wrong results") }
  }
}
