import AffineTraining

/// Which rows of a table are not counted as they stand there, and why.
struct LawsFitNotes {
  /// Some rows, counted from 1, and one reason.
  struct Note: Encodable {
    let rows: [Int]
    let reason: String
  }

  /// Rows that are not fitted.
  let excluded: [Note]
  /// Rows with bits that stand for full precision.
  let full: [Int]

  init(_ rows: [LawRow], _ settings: LawFitSettings) {
    var reasons: [String: [Int]] = [:]
    full = rows.indices.filter { settings.counted(rows[$0]) != rows[$0] }.map { $0 + 1 }
    for (index, row) in rows.enumerated() {
      guard let reason = settings.reason(against: settings.counted(row)) else { continue }
      reasons[reason, default: []].append(index + 1)
    }
    excluded = reasons.sorted { $0.key < $1.key }.map { Note(rows: $1, reason: $0) }
  }

  /// A line a reason.
  var lines: [String] {
    let counted =
      full.isEmpty
      ? [] : ["counted as full precision, \(full.count) rows (\(Self.ranges(full))): --full-bits"]
    return counted
      + excluded.map { "left out, \($0.rows.count) rows (\(Self.ranges($0.rows))): \($0.reason)" }
  }

  /// Rising numbers, neighbours joined: `2, 5-9`.
  private static func ranges(_ rows: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for row in rows {
      if let last = ranges.last, last.upperBound == row - 1 {
        ranges[ranges.count - 1] = last.lowerBound...row
      } else {
        ranges.append(row...row)
      }
    }
    let shown = ranges.prefix(10).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return shown.joined(separator: ", ") + (ranges.count > shown.count ? ", …" : "")
  }
}
