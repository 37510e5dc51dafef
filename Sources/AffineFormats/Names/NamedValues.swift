/// Values by name, in the order in which they came; names are equal when their bytes are.
public struct NamedValues<Value> {
  private var entries: [(key: String, value: Value)] = []
  private var places: [ByteName: Int] = [:]

  /// Starts without values.
  public init() {}

  /// The names, in order.
  public var keys: [String] { entries.map(\.key) }

  /// The value of a name; a new name comes last, and `nil` takes a name away.
  ///
  /// - Complexity: O(name), but O(values) to take one away.
  public subscript(name: String) -> Value? {
    get { places[ByteName(name)].map { entries[$0].value } }
    set {
      let place = places[ByteName(name)]
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (nil, let value?):
        places[ByteName(name)] = entries.count
        entries.append((name, value))
      case (_?, nil): removeAll { $0.key.isSame(as: name) }
      case (nil, nil): break
      }
    }
  }

  /// Takes many names away at once.
  public mutating func removeAll(where isUnwanted: ((key: String, value: Value)) -> Bool) {
    entries.removeAll(where: isUnwanted)
    places = [:]
    for (place, entry) in entries.enumerated() { places[ByteName(entry.key)] = place }
  }
}

extension NamedValues: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { entries.count }
  public subscript(position: Int) -> (key: String, value: Value) { entries[position] }
}

extension NamedValues: ExpressibleByDictionaryLiteral {
  /// Of two values of one name the last stays.
  public init(dictionaryLiteral elements: (String, Value)...) {
    for (name, value) in elements { self[name] = value }
  }
}

extension NamedValues: Sendable where Value: Sendable {}

extension NamedValues: Equatable where Value: Equatable {
  /// Whether the same names have the same values, in any order.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.count == rhs.count && lhs.allSatisfy { rhs[$0.key] == $0.value }
  }
}
