/// A whole number times a power of ten: what an axis writes, without rounding.
struct PlotNumber: Hashable {
  let digits: Int
  let exponent: Int

  init(_ digits: Int, _ exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// Whether it is short enough to be written out: up to 999 999 and down to millionths.
  var isPlain: Bool {
    exponent >= -6 && "\(digits.magnitude)".count + exponent <= 6
  }

  private var sign: String { digits < 0 ? "\u{2212}" : "" }

  /// `0`, `0.25`, `−1500`, `20 000`.
  var plain: String {
    guard digits != 0 else { return "0" }
    var text = "\(digits.magnitude)"
    guard exponent < 0 else {
      return sign + Self.grouped(text + String(repeating: "0", count: exponent))
    }
    let missing = 1 - exponent - text.count
    text = String(repeating: "0", count: max(missing, 0)) + text
    return sign + Self.grouped(String(text.dropLast(-exponent))) + "." + text.suffix(-exponent)
  }

  /// `2.5×10⁶`, `10⁻⁷`, `1`.
  var scientific: String {
    guard digits != 0 else { return "0" }
    var text = "\(digits.magnitude)"
    let power = exponent + text.count - 1
    while text.count > 1, text.hasSuffix("0") { text.removeLast() }
    let fraction = text.count > 1 ? "." + text.dropFirst() : ""
    let mantissa = sign + text.prefix(1) + fraction
    if power == 0 { return mantissa }
    let ten = power == 1 ? "10" : "10" + Self.superscript(power)
    return text == "1" ? sign + ten : mantissa + "×" + ten
  }

  /// Thin spaces between thousands, where there are ten or more.
  private static func grouped(_ text: String) -> String {
    text.count < 5 ? text : text.dropLast(3) + "\u{2009}" + text.suffix(3)
  }

  private static func superscript(_ number: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (number < 0 ? "⁻" : "")
      + String("\(number.magnitude)".compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }
}
