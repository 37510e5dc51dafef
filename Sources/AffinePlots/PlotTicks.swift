#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A line of the grid: where it lies, and what stands at its end; nothing at a fine one.
struct PlotTick: Hashable {
  let place: Double
  let label: String?
}

/// A distance between ticks that people count in: 1, 2 or 5 times a power of ten.
struct PlotStep: Hashable {
  let digit: Int
  let exponent: Int

  var value: Double { Double(digit) * Self.power(exponent) }

  /// The smallest step that cuts a span into no more than so many parts.
  init(span: Double, parts: Int) {
    // A span that is a whole number of steps but for rounding needs no larger step.
    let least = span / Double(parts) * (1 - 1e-9)
    let exponent = Int(log10(least).rounded(.down))
    let digit = [1, 2, 5].first { Double($0) * Self.power(exponent) >= least }
    self.digit = digit ?? 1
    self.exponent = digit == nil ? exponent + 1 : exponent
  }

  /// A power of ten, rounded once.
  private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }

  /// The multiples of the step in a range.
  func ticks(_ range: ClosedRange<Double>) -> [PlotTick] {
    let first = Int((range.lowerBound / value - 1e-9).rounded(.up))
    let last = Int((range.upperBound / value + 1e-9).rounded(.down))
    guard first <= last else { return [] }
    let most = PlotNumber(max(-first, last) * digit, exponent)
    return (first...last).map {
      let number = PlotNumber($0 * digit, exponent)
      return PlotTick(
        place: Double($0) * value, label: most.isPlain ? number.plain : number.scientific)
    }
  }
}

extension PlotTick {
  /// The grid of a logarithmic axis whose ends are given by their logarithms.
  static func logarithmic(_ range: ClosedRange<Double>, parts: Int) -> [PlotTick] {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    guard upper - lower >= 1 else {
      // Less than a decade may have no power of ten to name.
      let values = pow(10, lower)...pow(10, upper)
      let step = PlotStep(span: values.upperBound - values.lowerBound, parts: parts)
      return step.ticks(values).map { PlotTick(place: log10($0.place), label: $0.label) }
    }
    let decades = Int(lower.rounded(.down))...Int(upper.rounded(.down))
    let distance = (decades.count + parts - 1) / parts
    // Between few powers other numbers are named too; without gaps between the named powers, fine
    // lines show what kind of axis it is.
    let named = decades.count <= 3 ? [1, 2, 5] : [1]
    let digits = distance == 1 ? 1...9 : 1...1
    let isPlain = decades.lowerBound >= -4 && decades.upperBound <= 5
    return decades.filter { ($0 - decades.lowerBound).isMultiple(of: distance) }.flatMap { decade in
      digits.compactMap { digit in
        let place = Double(decade) + log10(Double(digit))
        guard range.contains(place) else { return nil }
        let number = PlotNumber(digit, decade)
        let label = isPlain ? number.plain : number.scientific
        return PlotTick(place: place, label: named.contains(digit) ? label : nil)
      }
    }
  }
}
