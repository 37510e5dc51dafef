/// Texts in normalization form C (Unicode Standard Annex 15), as the library `tokenizers` makes it.
enum CanonicalComposition {
  /// Below it every character is its own form, and composes with none before it.
  private static let first: UInt32 = 0x300

  /// The UTF-8 of a text's form C.
  ///
  /// - Complexity: O(text), but for sorting marks that follow each other.
  static func composed(_ text: [UInt8]) -> [UInt8] {
    // No byte below 0xcc begins a character from U+0300 on.
    guard text.contains(where: { $0 >= 0xcc }) else { return text }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    guard scalars.contains(where: { $0.value >= first }) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    for scalar in composed(decomposed(scalars)) {
      bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
    return bytes
  }

  private struct Element {
    var scalar: Unicode.Scalar
    let combiningClass: UInt8
  }

  /// The parts of all characters, marks of each base in their order.
  private static func decomposed(_ scalars: String.UnicodeScalarView) -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(scalars.count)
    var firstMark = 0
    func sortMarks() {
      guard elements.count - firstMark > 1 else { return }
      let marks = elements[firstMark...].enumerated().sorted {
        ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
      }
      for (place, mark) in marks.enumerated() { elements[firstMark + place] = mark.element }
    }
    for scalar in scalars {
      for part in Decompositions.parts(of: scalar) {
        let combiningClass = combiningClass(part)
        if combiningClass == 0 {
          sortMarks()
          firstMark = elements.count + 1
        }
        elements.append(Element(scalar: part, combiningClass: combiningClass))
      }
    }
    sortMarks()
    return elements
  }

  /// Characters joined with what stands before them, where nothing of their class stands between.
  private static func composed(_ elements: [Element]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(elements.count)
    // The place of the last base, and the class of what follows it.
    var (base, lastClass): (Int?, UInt8) = (nil, 0)
    for element in elements {
      let combiningClass = element.combiningClass
      if let base, combiningClass == 0 ? result.count == base + 1 : lastClass < combiningClass,
        let composite = Decompositions.composite(result[base], element.scalar)
      {
        result[base] = composite
        continue
      }
      if combiningClass == 0 { base = result.count }
      lastClass = combiningClass
      result.append(element.scalar)
    }
    return result
  }

  /// As of Unicode 9, which is that of the library.
  private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    guard scalar.value >= first else { return 0 }
    let properties = scalar.properties
    let combiningClass = properties.canonicalCombiningClass.rawValue
    guard combiningClass != 0, let age = properties.age, age <= (9, 0) else { return 0 }
    return combiningClass
  }
}
