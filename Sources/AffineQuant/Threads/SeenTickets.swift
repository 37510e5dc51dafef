/// The tickets that a worker has seen, one a place of announcement.
struct SeenTickets {
  private var tickets: [Int]
  /// Where it looks first: after the place that it served last, so that no caller keeps a worker from others.
  private var first = 0

  init(places: Int) { tickets = [Int](repeating: 0, count: places) }

  /// The next ticket that was not seen, which is seen then.
  mutating func next(_ announcements: PaddedCounters, _ placesInUse: PaddedCounters) -> Int? {
    let count = placesInUse.loadInOrder(0)
    for offset in 0..<count {
      let place = (first + offset) % count
      let ticket = announcements.loadInOrder(place)
      guard ticket != tickets[place] else { continue }
      tickets[place] = ticket
      first = place + 1
      return ticket
    }
    return nil
  }

  /// The threads of the largest region that was announced, not seen and not yet closed; 0: there is none.
  func threads(_ announcements: PaddedCounters, _ placesInUse: PaddedCounters) -> Int {
    (0..<placesInUse.loadInOrder(0)).reduce(0) { most, place in
      let ticket = Ticket(number: announcements.loadInOrder(place))
      let isNew = ticket.number != tickets[place] && ticket.isOpen
      return isNew ? max(most, ticket.threads) : most
    }
  }
}
