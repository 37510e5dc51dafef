import ArgumentParser

/// Whole numbers as a person lists them: `1,8,32`, `1...64` in doublings, `16...64+16` in steps.
struct IntegerList: ExpressibleByArgument {
  let values: [Int]

  /// More would run for hours.
  private static let most = 1000

  init(_ value: Int) { values = [value] }

  init?(argument: String) {
    var values: [Int] = []
    for item in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let part = Self.range(item), values.count + part.count <= Self.most else { return nil }
      values += part
    }
    self.values = values
  }

  private static func range(_ text: Substring) -> [Int]? {
    let ends = text.split(separator: "...", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return Int(text).map { [$0] } }
    let parts = ends[1].split(separator: "+", omittingEmptySubsequences: false)
    guard let low = Int(ends[0]), let high = Int(parts[0]), low >= 1, low <= high else {
      return nil
    }
    if parts.count == 2, let step = Int(parts[1]), step >= 1 {
      guard (high - low) / step < most else { return nil }
      return Array(stride(from: low, through: high, by: step))
    }
    guard parts.count == 1 else { return nil }
    return Array(sequence(first: low) { $0 <= high / 2 ? 2 * $0 : nil })
  }

  var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

/// Names of types as a person lists them.
struct TypeList: ExpressibleByArgument {
  let names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
  }

  var defaultValueDescription: String { names.joined(separator: ",") }

  static var defaultCompletionKind: CompletionKind { .types }
}
