/// An expression as states, of which each leads to others.
///
/// A name is read from its end: at each place it is known of every state whether a beginning of what
/// follows leads from it to a match. So nothing is tried twice, and what looks ahead is known before it
/// is asked for.
struct NameAutomaton: Sendable {
  private enum Condition: Sendable {
    case always, isStart, isEnd
    /// What begins at a state matches here, or does not.
    case lookahead(Int, isNegative: Bool)
  }

  /// A state that takes a character of a set, by its number, and the state after it.
  private struct Taker: Sendable {
    let state, set, next: Int
  }

  /// The state of an expression at which it has matched, and those that take a character.
  private struct Part: Sendable {
    let end: Int
    let takers: [Taker]
  }

  /// The states that lead to a state without taking anything.
  private var sources: [[(state: Int, condition: Condition)]] = []
  /// What looks ahead, before that in which it does; the whole comes last.
  private var parts: [Part] = []
  private var takers: [Taker] = []
  private var sets: [NameCharacters] = []
  private var numbers: [NameCharacters: Int] = [:]
  private var first = 0

  init(_ root: NameExpression.Node) { first = addPart(root) }

  /// Whether a beginning of a name, or all of it, matches.
  func begins(_ name: [Unicode.Scalar]) -> Bool {
    var leads = [Bool](repeating: false, count: sources.count)
    var later = leads
    var accepts = [Bool](repeating: false, count: sets.count)
    var found: [Int] = []
    for place in stride(from: name.count, through: 0, by: -1) {
      swap(&leads, &later)
      for state in leads.indices { leads[state] = false }
      if place < name.count {
        for set in sets.indices { accepts[set] = sets[set].contains(name[place]) }
      }
      for part in parts {
        found.append(part.end)
        if place < name.count {
          for taker in part.takers where later[taker.next] && accepts[taker.set] {
            found.append(taker.state)
          }
        }
        while let state = found.popLast() {
          guard !leads[state] else { continue }
          leads[state] = true
          for (source, condition) in sources[state] where !leads[source] {
            let isMet =
              switch condition {
              case .always: true
              case .isStart: place == 0
              case .isEnd: place == name.count
              case .lookahead(let state, let isNegative): leads[state] != isNegative
              }
            if isMet { found.append(source) }
          }
        }
      }
    }
    return leads[first]
  }
}

extension NameAutomaton {
  private mutating func addState() -> Int {
    sources.append([])
    return sources.count - 1
  }

  private mutating func lead(_ state: Int, to next: Int, if condition: Condition = .always) {
    sources[next].append((state, condition))
  }

  /// Adds an expression that ends in a match; its first state.
  private mutating func addPart(_ node: NameExpression.Node) -> Int {
    let outer = takers
    takers = []
    let end = addState()
    let first = add(node, before: end)
    parts.append(Part(end: end, takers: takers))
    takers = outer
    return first
  }

  /// Adds the states of an expression; the first of them.
  private mutating func add(_ node: NameExpression.Node, before next: Int) -> Int {
    switch node {
    case .sequence(let nodes):
      return nodes.reversed().reduce(next) { add($1, before: $0) }
    case .lookahead(let node, let isNegative):
      let looked = addPart(node)
      return add(.lookahead(looked, isNegative: isNegative), before: next)
    case .start: return add(.isStart, before: next)
    case .end: return add(.isEnd, before: next)
    case .one(let set):
      let state = addState()
      takers.append(Taker(state: state, set: number(of: set), next: next))
      return state
    case .choice(let nodes):
      let state = addState()
      for node in nodes { lead(state, to: add(node, before: next)) }
      return state
    case .repeated(let node, let least, let once):
      let state = addState()
      lead(state, to: next)
      let body = add(node, before: once ? next : state)
      lead(state, to: body)
      return least == 0 ? state : body
    }
  }

  private mutating func number(of set: NameCharacters) -> Int {
    if let number = numbers[set] { return number }
    numbers[set] = sets.count
    sets.append(set)
    return sets.count - 1
  }

  /// Adds a state that a condition leads on.
  private mutating func add(_ condition: Condition, before next: Int) -> Int {
    let state = addState()
    lead(state, to: next, if: condition)
    return state
  }
}
