/// A report as its page holds it: cells refer to tables, since most of them say the same.
struct CoveragePage: Encodable {
  /// What the page calls a kernel.
  struct Kernel: Hashable, Encodable {
    let name, instructionSet, tier: String
    let runsHere: Bool

    func encode(to encoder: any Encoder) throws {
      var values = encoder.unkeyedContainer()
      for text in [name, instructionSet, tier] { try values.encode(text) }
      try values.encode(runsHere)
    }
  }

  struct Step: Hashable, Encodable {
    let work, tier: String
    let kernels: [Int]

    func encode(to encoder: any Encoder) throws {
      var values = encoder.unkeyedContainer()
      for text in [work, tier] { try values.encode(text) }
      try values.encode(kernels)
    }
  }

  struct Plan: Hashable, Encodable {
    let tier: String
    let chosen: Int
    let steps: [Step]
    let rows: [Int]
  }

  /// Numbers, of which some may be missing.
  typealias Numbers = [Double?]

  struct Cell: Encodable {
    let places: [Int]
    let rates, checks: [Int]

    func encode(to encoder: any Encoder) throws {
      var values = encoder.unkeyedContainer()
      for place in places { try values.encode(place) }
      try values.encode(rates)
      try values.encode(checks)
    }
  }

  let machine: Machine
  let label, date: String?
  let roofs: CoverageReport.Roofs?
  /// Operations on two operands.
  let products: [String]
  private(set) var operations = Numbered<String>()
  private(set) var activations = Numbered<String>()
  private(set) var weights = Numbered<String>()
  private(set) var kernels = Numbered<Kernel>()
  private(set) var plans = Numbered<Plan>()
  /// GOP/s in the fastest and in the slowest round, the part of the peak, operations, bytes.
  private(set) var rates = Numbered<Numbers>()
  /// 1 if it was right, the error, its bound.
  private(set) var checks = Numbered<Numbers>()
  private(set) var cells: [Cell] = []

  /// Gathers tables from a report.
  init(_ report: CoverageReport, products: [String]) {
    machine = report.machine
    (label, date) = (report.label, report.date)
    roofs = report.roofs
    self.products = products
    // What a row says of a kernel comes before what a step can say of it.
    var known: [String: Kernel] = [:]
    for row in report.cells.lazy.flatMap(\.rows) where known[row.kernel] == nil {
      known[row.kernel] = Kernel(
        name: row.kernel, instructionSet: row.instructionSet, tier: row.tier, runsHere: row.runsHere
      )
    }
    for cell in report.cells { cells.append(numbered(cell, known)) }
  }

  private mutating func numbered(_ cell: CoverageReport.Cell, _ known: [String: Kernel]) -> Cell {
    func kernel(_ name: String, _ tier: String) -> Kernel {
      known[name] ?? Kernel(name: name, instructionSet: "", tier: tier, runsHere: true)
    }
    let steps = cell.steps.map { step in
      let tiers = step.tiers ?? step.kernels.map { _ in step.tier }
      return Step(
        work: step.work, tier: step.tier,
        kernels: zip(step.kernels, tiers).map { kernels.place(kernel($0, $1)) })
    }
    let plan = Plan(
      tier: cell.tier, chosen: kernels.place(kernel(cell.chosen, cell.tier)), steps: steps,
      rows: cell.rows.map { kernels.place(kernel($0.kernel, $0.tier)) })
    let places = [
      operations.place(cell.operation), activations.place(cell.activations),
      weights.place(cell.weights), plans.place(plan),
    ]
    return Cell(
      places: places, rates: cell.rows.map { rate($0) }, checks: cell.rows.map { check($0) })
  }

  private mutating func rate(_ row: CoverageReport.Row) -> Int {
    guard let gops = row.gops else { return -1 }
    return rates.place([gops, row.slowestGops, row.fractionOfPeak, row.operations, row.bytes])
  }

  private mutating func check(_ row: CoverageReport.Row) -> Int {
    guard let verified = row.verified else { return -1 }
    return checks.place([
      verified ? 1 : 0, row.maxRelativeError?.rounded2, row.errorBound?.rounded2,
    ])
  }
}

/// Values, each once, by the order in which they came.
struct Numbered<Value: Hashable & Encodable>: Encodable {
  private var values: [Value] = []
  private var places: [Value: Int] = [:]

  mutating func place(_ value: Value) -> Int {
    if let place = places[value] { return place }
    places[value] = values.count
    values.append(value)
    return values.count - 1
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}

extension Double {
  /// Two digits, upwards, which is what people read of an error and what makes many errors one.
  fileprivate var rounded2: Double {
    // Below, powers of ten run out of digits.
    guard self > 1e-300, isFinite else { return self }
    var unit = 1.0
    while unit > self { unit /= 10 }
    while unit * 10 <= self { unit *= 10 }
    return (self / unit * 10).rounded(.up) / 10 * unit
  }
}
