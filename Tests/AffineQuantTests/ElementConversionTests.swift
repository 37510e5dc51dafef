import AffineQuant
import AffineTestSupport
import Testing

/// Matrices in another element type: by the kernels of every instruction set, value for value what the types say.
@Suite struct ElementConversionTests {
  /// Values of all sizes, halfway ones, what overflows, and none.
  private static let edges: [Float] = [
    0, -0.0, 1 + 0x1p-9, 1 + 0x1p-11, 1 + 3 * 0x1p-11, 1 + 0x1p-8, 1 + 3 * 0x1p-8, 65_519, 65_520,
    -70_000, 0x1p-24, 0x1p-25, 0x1.8p-25, 0x1p-130, .leastNonzeroMagnitude,
    .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
  ]

  /// More elements than four threads have parts of, the last of which is cut.
  private static let floats = Samples.matrix(37, 1999, seed: 1).map { value in
    let place = Int(value.bitPattern % 97)
    return place < edges.count ? edges[place] : value * 0x1p-3
  }

  private static func isSame(_ found: Float, _ expected: Float) -> Bool {
    found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN
  }

  private static func check<From: FloatElement, To: FloatElement>(
    _: From.Type, _: To.Type
  ) {
    let source = floats.map { From(rounding: $0) }
    for execution in Executions.all {
      let record = KernelRecord()
      var recorded = execution
      recorded.record = record
      let found = source.converted(to: To.self, on: recorded)
      #expect(found.shape == source.shape)
      let wrong = (0..<source.shape.count).first {
        !isSame(found.values[$0].float, To(rounding: source.values[$0].float).float)
      }
      #expect(wrong == nil, "\(From.self) to \(To.self) on \(execution.instructionSet.name)")
      let converts = From.elementType != To.elementType
      #expect(converts == !record.rows.isEmpty)
      #expect(record.threads == (converts ? execution.threads : 1))
    }
  }

  @Test func areWhatTheTypesSay() {
    Self.check(Float.self, Float16.self)
    Self.check(Float.self, BFloat16.self)
    Self.check(Float16.self, Float.self)
    Self.check(BFloat16.self, Float.self)
    Self.check(Float16.self, BFloat16.self)
    Self.check(BFloat16.self, Float16.self)
    Self.check(Float.self, Float.self)
  }

  @Test(arguments: [Shape(0, 5), Shape(3, 0), Shape(1, 1)]) func smallOnes(_ shape: Shape) {
    let source = Matrix<Float>(rows: shape.rows, columns: shape.columns) { _, _ in 0.3 }
    let halves = source.converted(to: Float16.self)
    #expect(halves.shape == shape && halves.values.array.allSatisfy { $0 == 0.3 })
    #expect(halves.converted(to: Float.self).shape == shape)
  }
}
