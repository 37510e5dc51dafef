import ArgumentParser

/// A pattern of tensor names: `*` stands for any characters, `?` for one.
struct NamePattern: ExpressibleByArgument {
  private let pattern: [Character]

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    pattern = Array(argument)
  }

  /// Whether a whole name fits.
  ///
  /// - Complexity: O(name · pattern): only the last `*` is ever tried again.
  func matches(_ text: String) -> Bool {
    let name = Array(text)
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
