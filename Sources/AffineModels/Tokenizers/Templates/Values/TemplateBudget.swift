/// How much work a template may be, in units of about a copied byte.
///
/// Every step and every byte made is charged before it is done, so that no template takes more time or
/// memory than this, however it was written.
struct TemplateBudget {
  /// What a step of the interpreter costs, or a value that is made.
  static let step = 16
  /// Four million steps: less than a second, and far more than conversations take.
  private static let least = 1 << 26
  /// Templates copy each message some ten times.
  private static let perByte = 64
  /// Nested calls and blocks, far from any stack's end.
  static let mostDepth = 160

  let most: Int
  private var used = 0
  private(set) var depth = 0

  /// For a conversation of some bytes; the template's own length buys nothing.
  init(conversation count: Int) {
    let (extra, isTooLarge) = count.multipliedReportingOverflow(by: Self.perByte)
    let (most, isBeyond) = extra.addingReportingOverflow(Self.least)
    self.most = isTooLarge || isBeyond ? .max : most
  }

  mutating func charge(_ count: Int) throws(TemplateError) {
    guard count <= most - used else { throw .tooMuchWork(most: most) }
    used += count
  }

  /// Work that takes each character of a text apart, or makes another of it, which costs a step.
  mutating func chargeCharacters(of text: String) throws(TemplateError) {
    let (work, overflow) = text.utf8.count.multipliedReportingOverflow(by: Self.step)
    try charge(overflow ? .max : work)
  }

  mutating func enter() throws(TemplateError) {
    guard depth < Self.mostDepth else { throw .tooDeep(most: Self.mostDepth) }
    depth += 1
  }

  mutating func leave() { depth -= 1 }

  /// The work to go through values.
  static func sum(_ values: [TemplateValue]) -> Int {
    values.reduce(step) { total, value in
      let (sum, overflow) = total.addingReportingOverflow(value.size)
      return overflow ? .max : sum
    }
  }

  /// The depth of what holds values; what goes through them goes down as far.
  static func depth(_ values: [TemplateValue]) throws(TemplateError) -> Int {
    let depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
    guard depth <= TemplateParser.mostDepth else { throw .tooDeep(most: TemplateParser.mostDepth) }
    return depth
  }
}
