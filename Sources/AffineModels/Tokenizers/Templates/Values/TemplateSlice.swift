/// Slices as Python has them.
enum TemplateSlice {
  /// The elements from a bound to another by a step; what is missing is an end, or 1.
  static func elements<Element>(
    _ elements: [Element], _ numbers: [Int?]
  ) throws(TemplateError) -> [Element] {
    let step = (numbers.count > 2 ? numbers[2] : nil) ?? 1
    guard step != 0 else { throw .type("a slice with a step of zero") }
    let count = elements.count
    let last = step > 0 ? count : count - 1
    let first = step > 0 ? 0 : -1
    func bound(_ number: Int?, _ missing: Int) -> Int {
      guard let number else { return missing }
      return min(max(number < 0 ? number + count : number, first), last)
    }
    let start = bound(numbers[0], step > 0 ? first : last)
    let end = bound(numbers[1], step > 0 ? last : first)
    return stride(from: start, to: end, by: step).map { elements[$0] }
  }
}
