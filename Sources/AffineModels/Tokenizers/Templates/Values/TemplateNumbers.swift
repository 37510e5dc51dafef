/// Arithmetic as in Python, but for whole numbers beyond 64 bits.
enum TemplateNumbers {
  static func combine(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue? {
    if let a = left.integer, let b = right.integer, symbol != "/" {
      return .integer(try combine(a, symbol, b))
    }
    guard let a = left.number, let b = right.number else { return nil }
    switch symbol {
    case "+": return .float(a + b)
    case "-": return .float(a - b)
    case "*": return .float(a * b)
    case "**": throw .unsupported("a power of fractions")
    default: break
    }
    guard b != 0 else { throw .type("a division by zero") }
    if symbol == "/" { return .float(a / b) }
    var remainder = a.truncatingRemainder(dividingBy: b)
    if remainder != 0, (remainder < 0) != (b < 0) { remainder += b }
    return .float(symbol == "%" ? remainder : ((a - remainder) / b).rounded())
  }

  static func negative(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    if case .float(let number) = value { return .float(-number) }
    guard let number = value.integer else { throw .type("\(value.kind) has no negative") }
    return .integer(try combine(0, "-", number))
  }

  private static func combine(_ a: Int, _ symbol: String, _ b: Int) throws(TemplateError) -> Int {
    let (result, overflow) =
      switch symbol {
      case "//", "%": try divide(a, symbol, b)
      case "**": try power(a, b)
      case "+": a.addingReportingOverflow(b)
      case "-": a.subtractingReportingOverflow(b)
      default: a.multipliedReportingOverflow(by: b)
      }
    guard !overflow else { throw .unsupported("a whole number beyond 64 bits") }
    return result
  }

  /// Quotient or remainder; Python rounds down, Swift to zero.
  private static func divide(
    _ a: Int, _ symbol: String, _ b: Int
  ) throws(TemplateError) -> (Int, overflow: Bool) {
    guard b != 0 else { throw .type("a division by zero") }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    guard !overflow else { return (0, symbol == "//") }
    let remainder = a - quotient * b
    let isRoundedUp = remainder != 0 && (remainder < 0) != (b < 0)
    if symbol == "//" { return (isRoundedUp ? quotient - 1 : quotient, false) }
    return (isRoundedUp ? remainder + b : remainder, false)
  }

  private static func power(_ a: Int, _ b: Int) throws(TemplateError) -> (Int, overflow: Bool) {
    guard b >= 0 else { throw .unsupported("a negative power") }
    if (-1...1).contains(a) { return (b.isMultiple(of: 2) ? (b == 0 ? 1 : a * a) : a, false) }
    var result = 1
    for _ in 0..<min(b, 64) {
      let (product, overflow) = result.multipliedReportingOverflow(by: a)
      guard !overflow else { return (0, true) }
      result = product
    }
    return (result, false)
  }

  /// What the filter `int` makes of a value, if it makes anything.
  static func integer(_ value: TemplateValue) -> Int? {
    switch value {
    case .float(let number): return Int(exactly: number.rounded(.towardZero))
    case .string(let text), .markup(let text):
      let digits = digits(text)
      return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    default: return value.integer
    }
  }

  /// What the filter `float` makes of a value, if it makes anything.
  static func float(_ value: TemplateValue) -> Double? {
    value.string.map { Double(digits($0)) } ?? value.number
  }

  /// A text without the white space around it; `Double` takes hexadecimal too, Python does not.
  private static func digits(_ text: String) -> String {
    let text = TemplateText.stripped(text, of: nil, .both)
    return text.contains { "xX_".contains($0) } ? "" : text
  }
}
