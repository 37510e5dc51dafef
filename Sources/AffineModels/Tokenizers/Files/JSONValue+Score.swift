internal import AffineFormats

extension JSONValue {
  /// The number, if it is one and finite, as the library `tokenizers` reads it: all digits as one number and
  /// then a power of ten, each rounded, by which sums that would be equal are not.
  var score: Double? {
    guard case .otherNumber(let text) = self else { return wholeNumber.map { Double($0) } }
    var (digits, exponent) = (UInt64(0), 0)
    var (isFraction, isFull) = (false, false)
    let decimals = text.utf8.prefix { $0 | 0x20 != 0x65 }
    for byte in decimals where byte != 0x2d {
      if byte == 0x2e {
        isFraction = true
        continue
      }
      let (tens, isLong) = digits.multipliedReportingOverflow(by: 10)
      let (next, isLonger) = tens.addingReportingOverflow(UInt64(byte & 15))
      isFull = isFull || isLong || isLonger
      if !isFull { digits = next }
      if isFull != isFraction { exponent += isFull ? 1 : -1 }
    }
    if decimals.count < text.utf8.count {
      let power = Int(Substring(text.utf8.dropFirst(decimals.count + 1)))
      guard let power, power.magnitude < 1 << 20 else { return nil }
      exponent += power
    }
    var value = Double(digits)
    while exponent < -308, value != 0 {
      value /= 1e308
      exponent += 308
    }
    guard value == 0 || exponent <= 308 else { return nil }
    if value != 0, let power = Double("1e\(abs(exponent))") {
      value = exponent < 0 ? value / power : value * power
    }
    guard value.isFinite else { return nil }
    return text.utf8.first == 0x2d ? -value : value
  }
}
