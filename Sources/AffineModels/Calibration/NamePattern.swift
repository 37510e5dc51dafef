/// A pattern of tensor names: `*` stands for any characters, `?` for one.
public struct NamePattern: Sendable, Hashable {
  private let pattern: [Unicode.Scalar]

  /// Takes any text but an empty one, which no name would fit.
  public init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    pattern = Array(text.unicodeScalars)
  }

  /// The text of the pattern.
  public var text: String { String(String.UnicodeScalarView(pattern)) }

  /// Whether a whole name fits.
  ///
  /// - Complexity: O(name · pattern): only the last `*` is ever tried again.
  public func matches(_ text: String) -> Bool {
    let name = Array(text.unicodeScalars)
    var (place, at) = (0, 0)
    var star: (place: Int, at: Int)?
    while at < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, at)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[at] {
        place += 1
        at += 1
      } else if let last = star {
        // The star takes one character more.
        star = (last.place, last.at + 1)
        place = last.place + 1
        at = last.at + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
