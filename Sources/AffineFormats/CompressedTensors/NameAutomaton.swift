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

  /// The state of an expression at which it has matched, and those that take a character.
  private struct Part: Sendable {
    let end: Int
    let takers: [Int]
  }

  /// What a state takes, and the state after it; only of takers.
  private var characters: [(set: NameCharacters, next: Int)?] = []
  /// The states that lead to a state without taking anything.
  private var sources: [[(state: Int, condition: Condition)]] = []
  /// What looks ahead, before that in which it does; the whole comes last.
  private var parts: [Part] = []
  private var takers: [Int] = []
  private var first = 0

  init(_ root: NameExpression.Node) { first = addPart(root) }

  /// Whether a beginning of a name, or all of it, matches.
  func begins(_ name: [Unicode.Scalar]) -> Bool {
    var leads = [Bool](repeating: false, count: sources.count)
    for place in stride(from: name.count, through: 0, by: -1) {
      let later = leads
      leads = [Bool](repeating: false, count: sources.count)
      for part in parts {
        var found = [part.end]
        if place < name.count {
          found += part.takers.filter { taker in
            guard let (set, next) = characters[taker] else { return false }
            return later[next] && set.contains(name[place])
          }
        }
        while let state = found.popLast() {
          guard !leads[state] else { continue }
          leads[state] = true
          for source in sources[state] where !leads[source.state] {
            if isMet(source.condition, place, name.count, leads) { found.append(source.state) }
          }
        }
      }
    }
    return leads[first]
  }

  private func isMet(_ condition: Condition, _ place: Int, _ count: Int, _ leads: [Bool]) -> Bool {
    switch condition {
    case .always: true
    case .isStart: place == 0
    case .isEnd: place == count
    case .lookahead(let state, let isNegative): leads[state] != isNegative
    }
  }
}

extension NameAutomaton {
  private mutating func addState() -> Int {
    characters.append(nil)
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
      characters[state] = (set, next)
      takers.append(state)
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

  /// Adds a state that a condition leads on.
  private mutating func add(_ condition: Condition, before next: Int) -> Int {
    let state = addState()
    lead(state, to: next, if: condition)
    return state
  }
}
