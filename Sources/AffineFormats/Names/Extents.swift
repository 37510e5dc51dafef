/// How many values extents of a file make.
enum Extents {
  /// What the other extents of a tensor without values may make: no bytes of the file bound them, and
  /// loops run over them.
  static let mostOfEmpty = 1 << 20

  /// The product, or `nil` where it overflows, an extent is negative, or nothing bounds an empty shape.
  static func count(_ extents: [Int]) -> Int? {
    var (count, isEmpty) = (1, false)
    for extent in extents {
      guard extent >= 0 else { return nil }
      if extent == 0 {
        isEmpty = true
        continue
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    guard isEmpty else { return count }
    return count <= mostOfEmpty ? 0 : nil
  }
}
