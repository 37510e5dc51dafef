internal import AffineFormats

/// Rows, checked and sorted for the stages of a fit.
struct LawData {
  /// Rows without rounding after training.
  private(set) var trained: [LawPoint] = []
  /// Rows with it.
  private(set) var rounded: [LawPoint] = []
  /// The rows that these are of.
  private(set) var rows: [LawRow] = []
  private(set) var excluded: [LawFit.Excluded] = []
  /// Training runs.
  private(set) var clusters = 0

  init(_ rows: [LawRow], _ settings: LawFitSettings) throws(LawError) {
    try settings.validate()
    var places: [ByteName: Int] = [:]
    var unrounded: [Int: [Double]] = [:]
    for (index, row) in rows.enumerated() {
      try row.validate(at: "row \(index + 1)")
      let row = settings.counted(row)
      if let reason = settings.reason(against: row) {
        excluded.append(LawFit.Excluded(row: row, reason: reason))
        continue
      }
      let key = ByteName(row.key)
      let cluster = places[key] ?? places.count
      places[key] = cluster
      self.rows.append(row)
      let point = LawPoint(row, cluster: cluster)
      if row.postBits == nil {
        trained.append(point)
        unrounded[cluster, default: []].append(row.loss)
      } else {
        rounded.append(point)
      }
    }
    clusters = places.count
    for index in rounded.indices {
      guard let losses = unrounded[rounded[index].cluster] else { continue }
      rounded[index].unrounded = losses.reduce(0, +) / Double(losses.count)
    }
    try checkFloat(settings)
    try checkParts()
    try checkRounded()
  }

  private func checkFloat(_ settings: LawFitSettings) throws(LawError) {
    let float = trained.filter(\.isFloat)
    let needed = settings.isTied ? 4 : 5
    guard float.count >= needed else {
      throw .tooFewRows("the law of float training", found: float.count, needed: needed)
    }
    let (sizes, tokens) = (Set(float.map(\.parameters)).count, Set(float.map(\.tokens)).count)
    // Three sizes show how a power bends; with one exponent for both, the other may have two.
    let enough =
      settings.isTied
      ? min(sizes, tokens) >= 2 && max(sizes, tokens) >= 3 : min(sizes, tokens) >= 3
    guard enough else {
      throw .notIdentifiable(
        "rows in float have \(sizes) sizes and \(tokens) numbers of tokens: "
          + (settings.isTied ? "2 of one and 3 of the other" : "3 of each") + " are needed")
    }
  }

  /// Parts that were trained in few bits.
  var parts: [Int] { (0..<3).filter { part in trained.contains { $0.bits[part] != nil } } }

  private func checkParts() throws(LawError) {
    let names = LawPrecision.float.named.map(\.name)
    for part in parts {
      let bits = Set(trained.compactMap { $0.bits[part] })
      guard bits.count >= 2 else {
        throw .notIdentifiable(
          "\(names[part]) has one value in all rows, and two constants need two")
      }
      for other in parts where other > part {
        guard trained.contains(where: { $0.bits[part] != $0.bits[other] }) else {
          throw .notIdentifiable(
            "\(names[part]) and \(names[other]) are equal in all rows: "
              + "nothing tells their constants apart")
        }
      }
    }
  }

  private func checkRounded() throws(LawError) {
    guard !rounded.isEmpty else { return }
    let float = rounded.filter(\.isFloat)
    guard float.count >= 4 else {
      throw .tooFewRows(
        "rounding after training in float", found: float.count, needed: 4)
    }
    for (name, values) in [
      ("parameters", float.map(\.parameters)), ("tokens", float.map(\.tokens)),
      ("postBits", float.map(\.postBits)),
    ] where Set(values).count < 2 {
      throw .notIdentifiable("rows that are rounded after training have one value of \(name)")
    }
  }
}

extension LawRow {
  /// The same for rows of one training run: its name, or what it trained where it has none.
  var key: String {
    let bits = precision.named.map { $0.bits.map { "\($0)" } ?? "" }.joined(separator: "|")
    return "\(run ?? "")|\(parameters)|\(tokens)|\(bits)"
  }
}
