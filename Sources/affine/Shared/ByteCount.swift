/// A number of bytes, as people read it.
struct ByteCount: CustomStringConvertible {
  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  /// In powers of a thousand, with three digits: `512 B`, `1.54 kB`, `90.7 MB`.
  var description: String {
    var (value, unit) = (Double(bytes), 0)
    let units = ["B", "kB", "MB", "GB", "TB"]
    // What would be printed as 1000 of a unit is 1.00 of the next.
    while value >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    guard unit > 0 else { return "\(bytes) B" }
    let digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    return value.fixed(digits) + " " + units[unit]
  }
}
