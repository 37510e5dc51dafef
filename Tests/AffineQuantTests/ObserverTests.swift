import AffineQuant
import AffineTestSupport
import Testing

@Suite struct ObserverTests {
  static let batches = (0..<5).map { seed in
    let values = Samples.matrix(7 + seed, 6, seed: UInt64(seed + 1))
    return Matrix<Float>(rows: 7 + seed, columns: 6) {
      values[$0, $1] * Float(seed + 1) + Float($1)
    }
  }

  /// Every value of the batches, row by row.
  private var all: Matrix<Float> {
    let rows = Self.batches.flatMap { batch in
      (0..<batch.shape.rows).map { row in (0..<6).map { batch[row, $0] } }
    }
    return Matrix(rows: rows.count, columns: 6) { rows[$0][$1] }
  }

  private func observed<Observer: ActivationObserver>(_ observer: Observer) throws -> Observer {
    var observer = observer
    for batch in Self.batches { try observer.observe(batch) }
    return observer
  }

  /// The extremes of all batches choose what all values at once choose.
  @Test(
    arguments: [
      "int8-tensor", "uint8-tensor", "int8-tensor-asymmetric", "uint4-tensor-biased",
      "float8e4m3-tensor", "int8-column", "uint8-column", "int8-column-float16",
    ])
  func extremesChooseTheParametersOfAllValues(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let axis: ObservedAxis = name.contains("column") ? .column : .tensor
    let observer = try observed(MinMaxObserver(axis: axis))
    let parameters = try observer.parameters(for: type)
    let quantized = try AnyQuantized(quantizing: all, as: type)
    #expect(parameters.scales == quantized.scales.values.array)
    let offsets = parameters.zeroPoints.map { Float($0) } + parameters.biases
    #expect(offsets == quantized.offsets?.values.array ?? [])
    #expect(try AnyQuantized(quantizing: all, as: type, with: parameters) == quantized)
    let rule = QuantizationOptions(rule: .symmetricNoClipping)
    if name == "int8-tensor" {
      let other = try AnyQuantized(quantizing: all, as: type, rule)
      #expect(try observer.parameters(for: type, rule).scales == other.scales.values.array)
    }
  }

  @Test(arguments: ObservedAxis.allCases, [0.01, 0.5, 1] as [Float])
  func averagesFollowTheirFormula(axis: ObservedAxis, momentum: Float) throws {
    let ranges = try observed(MovingAverageObserver(axis: axis, momentum: momentum)).ranges()
    let columns = axis == .tensor ? [Array(0..<6)] : (0..<6).map { [$0] }
    #expect(ranges.count == columns.count)
    for (range, columns) in zip(ranges, columns) {
      var (low, high): (Double?, Double?)
      for batch in Self.batches {
        let values = (0..<batch.shape.rows).flatMap { row in
          columns.map { Double(batch[row, $0]) }
        }
        let (smallest, largest) = (values.min() ?? 0, values.max() ?? 0)
        low = low.map { $0 + Double(momentum) * (smallest - $0) } ?? smallest
        high = high.map { $0 + Double(momentum) * (largest - $0) } ?? largest
      }
      // Each of five batches rounds the average to Float once: half a unit of at most 2^8.
      #expect(abs(Double(range.lowerBound) - (low ?? 0)) <= 5 * 0x1p-17)
      #expect(abs(Double(range.upperBound) - (high ?? 0)) <= 5 * 0x1p-17)
    }
  }

  @Test(arguments: [1, 0.999, 0.9, 0.5, 0.01, 0x1p-60])
  func percentilesHoldTheirPartOfTheValues(fraction: Double) throws {
    var observer = try PercentileObserver(fraction: fraction)
    // Later batches are larger and smaller: bins are joined.
    var values: [Double] = []
    for (scale, seed) in [(0.001, 1), (1, 2), (300, 3), (0, 4), (0.01, 5)] as [(Float, UInt64)] {
      let sample = Samples.matrix(40, 50, seed: seed)
      let batch = Matrix<Float>(rows: 40, columns: 50) { sample[$0, $1] * scale }
      values += batch.values.array.map(Double.init)
      try observer.observe(batch)
    }
    values.sort()
    let range = try #require(try observer.ranges().first)
    let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
    let inside = values.filter { (low...high).contains($0) }.count
    #expect(Double(inside) >= fraction * Double(values.count))
    // The middle one of all is held in any case.
    let tail = min(Int(Double(values.count) * (1 - fraction) / 2), (values.count - 1) / 2)
    let (first, last) = (values[tail], values[values.count - 1 - tail])
    #expect(low <= first && first - low <= observer.resolution)
    #expect(high >= last && high - last <= observer.resolution)
    if fraction == 1 { #expect(low == values.first && high == values.last) }
    let type = try #require(QuantizedType(name: "uint8-tensor"))
    let scale = try observer.parameters(for: type).scales[0]
    // The range with zero in 255 steps; where a tie cuts one off the scale is 2^-20 less, and a difference
    // and quotients round.
    let exact = (max(high, 0) - min(low, 0)) / 255
    #expect(abs(Double(scale) - exact) <= exact * 0x1p-19)
  }

  @Test func extremesOfFloatAreObserved() throws {
    let large = Float.greatestFiniteMagnitude
    let batch = Matrix<Float>(rows: 1, columns: 4) {
      [large, -large, 0, .leastNonzeroMagnitude][$0 + $1]
    }
    var (extremes, percentile) = (MinMaxObserver(), try PercentileObserver(fraction: 1))
    var average = try MovingAverageObserver(momentum: 0.5)
    for _ in 0..<2 {
      try extremes.observe(batch)
      try percentile.observe(batch)
      try average.observe(batch)
    }
    for ranges in [try extremes.ranges(), try percentile.ranges(), try average.ranges()] {
      #expect(ranges == [-large...large])
    }
    let type = try #require(QuantizedType(name: "uint8-tensor"))
    #expect(throws: ObserverError.self) { try extremes.parameters(for: type) }
    var zeros = try PercentileObserver()
    try zeros.observe(Matrix(rows: 2, columns: 2) { _, _ in 0 })
    #expect(try zeros.ranges() == [0...0])
  }

  private func refuses(_ observer: some ActivationObserver) throws {
    var observer = observer
    #expect(throws: ObserverError.nothingObserved) { try observer.ranges() }
    try observer.observe(Matrix(rows: 0, columns: 6) { _, _ in 0 })
    #expect(throws: ObserverError.nothingObserved) { try observer.ranges() }
    try observer.observe(Self.batches[0])
    let before = try observer.ranges()
    for value in [Float.nan, Float.infinity, -Float.infinity] {
      let batch = Matrix<Float>(rows: 2, columns: 6) { $0 == 1 && $1 == 2 ? value : 1000 }
      let error = #expect(throws: ObserverError.self) { try observer.observe(batch) }
      guard case .quantization(.notFinite(_, row: 1, column: 2)) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(try observer.ranges() == before)
    let rows = try #require(QuantizedType(name: "int8-row"))
    #expect(throws: ObserverError.granularity(type: "int8-row", axis: observer.axis)) {
      try observer.parameters(for: rows)
    }
  }

  @Test func whatCannotBeObservedIsRefused() throws {
    try refuses(MinMaxObserver())
    try refuses(MinMaxObserver(axis: .column))
    try refuses(MovingAverageObserver())
    try refuses(PercentileObserver())
    var columns = MinMaxObserver(axis: .column)
    try columns.observe(Self.batches[0])
    #expect(throws: ObserverError.columns(expected: 6, found: 5)) {
      try columns.observe(Matrix(rows: 1, columns: 5) { _, _ in 0 })
    }
    for momentum in [0, -0.1, 1.1] as [Float] {
      #expect(throws: ObserverError.momentum(momentum)) {
        try MovingAverageObserver(momentum: momentum)
      }
    }
    for fraction in [0, -0.1, 1.1] {
      #expect(throws: ObserverError.fraction(fraction)) {
        try PercentileObserver(fraction: fraction)
      }
    }
    #expect(throws: ObserverError.self) { try MovingAverageObserver(momentum: .nan) }
    #expect(throws: ObserverError.self) { try PercentileObserver(fraction: .nan) }
  }
}
