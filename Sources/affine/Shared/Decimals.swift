extension Double {
  /// The number with so many digits after the point, rounded to nearest even; with a plus sign where one is
  /// asked for.
  func fixed(_ digits: Int, signed: Bool = false) -> String {
    guard isFinite else { return "\(self)" }
    let factor = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    let scaled = (magnitude * factor).rounded(.toNearestOrEven)
    // Beyond 2^53 a number has no digits after the point.
    guard scaled < 0x1p53 else { return "\(self)" }
    let sign = self < 0 && scaled > 0 ? "-" : signed ? "+" : ""
    let (whole, part) = (Int(scaled) / Int(factor), Int(scaled) % Int(factor))
    guard digits > 0 else { return "\(sign)\(whole)" }
    let rest = String(part)
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// The number with so many digits that count, at least.
  func significant(_ digits: Int) -> String {
    guard isFinite, self != 0 else { return fixed(0) }
    var (value, places) = (magnitude, digits - 1)
    while value >= 10, places > 0 { (value, places) = (value / 10, places - 1) }
    while value < 1, places < 12 { (value, places) = (value * 10, places + 1) }
    return fixed(places)
  }
}
