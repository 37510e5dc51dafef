import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

@Suite struct CyclicPrecisionTests {
  @Test func aCycleOf64RisesFromThreeToEight() throws {
    let schedule = try CyclicPrecision(steps: 64 * 32)
    #expect(schedule.cycle == 64)
    let bits = (0..<64).map(schedule.bits)
    #expect(bits.first == 3)
    #expect(bits.last == 8)
    #expect(zip(bits, bits.dropFirst()).allSatisfy(<=))
    #expect(abs(Double(bits.reduce(0, +)) / 64 - 5.469) < 5e-4)
    #expect(abs(Double(bits.reduce(0) { $0 + $1 * $1 }) / 64 - 33.3) < 5e-2)
    // The next cycles are the same, also where a run resumes and in a last one that is cut.
    #expect((0..<2100).allSatisfy { schedule.bits(at: $0) == bits[$0 % 64] })
    #expect(schedule.bits(at: -1) == 8)
    #expect(schedule.backwardBits == 8)
  }

  @Test func longCyclesHaveTheMeanOfTheWave() throws {
    let schedule = try CyclicPrecision(steps: 1000, cycles: 1)
    let sum = (0..<1000).reduce(0) { $0 + schedule.bits(at: $1) }
    #expect(abs(Double(sum) / 1000 - 5.498) < 5e-4)
    #expect(try CyclicPrecision(steps: 100, cycles: 32).cycle == 3)
  }

  @Test func whatCannotBeIsNamed() {
    #expect(throws: PrecisionError.cycles(32, steps: 31)) { try CyclicPrecision(steps: 31) }
    #expect(throws: PrecisionError.cycles(0, steps: 31)) {
      try CyclicPrecision(steps: 31, cycles: 0)
    }
    #expect(throws: PrecisionError.bits(0)) { try CyclicPrecision(bits: 0...8, steps: 64) }
    #expect(throws: PrecisionError.bits(.max)) { try CyclicPrecision(bits: 3 ... .max, steps: 64) }
  }
}

@Suite struct NoiseSwitchTests {
  static let direction = Numbers.normal(8, 32, seed: 1)

  /// A gradient of a given norm in one direction, and noise of norm 1 that quantizing adds to it.
  static func gradient(norm: Double) -> Matrix<Float> {
    let length = Numbers.doubles(direction).reduce(0) { $0 + $1 * $1 }.squareRoot()
    return Matrix(rows: 8, columns: 32) { Float(Double(direction[$0, $1]) * norm / length) }
  }

  static func noisy(_ gradient: Matrix<Float>, _ noise: Double, seed: Int) -> Matrix<Float> {
    let numbers = Numbers.normal(8, 32, seed: UInt64(seed) + 100)
    let length = Numbers.doubles(numbers).reduce(0) { $0 + $1 * $1 }.squareRoot()
    return Matrix(rows: 8, columns: 32) {
      gradient[$0, $1] + Float(Double(numbers[$0, $1]) * noise / length)
    }
  }

  /// The noise of quantizing falls by half a bit.
  static func noise(_ bits: Int) -> Double { bits == 4 ? 1 : 1.0 / 16 }

  @Test func aSignalThatDecaysIntoNoiseSwitchesOnceAtTheCrossing() throws {
    var trigger = try NoiseSwitch(role: "dW", ladder: [4, 8])
    // Within the 3 checks that decide, 100 steps, the signal falls by 2 %.
    func norm(_ step: Int) -> Double { 8 * exp(-2e-4 * Double(step)) }
    for step in 0..<12_000 {
      let g = Self.gradient(norm: norm(step))
      trigger.observe(g, at: step) { Self.noisy(g, Self.noise($0), seed: step) }
    }
    #expect(trigger.log.count == 1)
    let change = try #require(trigger.log.first)
    #expect(abs(change.ratio / 3.0.squareRoot() - 1) <= 0.05)
    let crossing = log(8 / 3.0.squareRoot()) / 2e-4
    #expect(abs(Double(change.step) / crossing - 1) <= 0.05)
    #expect((change.from, change.to, change.role) == (4, 8, "dW"))
    #expect(trigger.bits == 8)
  }

  @Test func stationaryInt8NeverSwitches() throws {
    var trigger = try NoiseSwitch(role: "dX", ladder: [8, 16])
    for step in 0..<10_000 {
      let noise = Numbers.normal(8, 32, seed: UInt64(step) + 9)
      let g = Matrix<Float>(rows: 8, columns: 32) { Self.direction[$0, $1] + noise[$0, $1] }
      try trigger.observe(g, at: step) { _ in
        try QuantizedRows(quantizing: g, rounding: .stochastic(seed: 1, step: UInt64(step)))
          .dequantized()
      }
    }
    #expect(trigger.log.isEmpty)
  }
  typealias QuantizedRows = AffineQuantized<Int8, RowMajor<PerRow, Symmetric>>

  /// The ratio wanders by a tenth around the threshold.
  @Test func nearTheThresholdItSwitchesOnceAtMost() throws {
    var trigger = try NoiseSwitch(role: "dW", ladder: [4, 8])
    for step in 0..<10_000 {
      let g = Self.gradient(norm: 3.0.squareRoot() * (1 + 0.1 * sin(Double(step) / 300)))
      trigger.observe(g, at: step) { Self.noisy(g, Self.noise($0), seed: step) }
    }
    #expect(trigger.log.count <= 1)
  }

  @Test func fewerBitsComeBackOnlyWhereTheyWouldDo() throws {
    var settings = NoiseSwitch.Settings()
    settings.interval = 5
    settings.averaging = 0
    var trigger = try NoiseSwitch(role: "dW", ladder: [4, 8], settings: settings)
    func run(_ norm: Double, _ steps: Range<Int>) {
      for step in steps {
        let g = Self.gradient(norm: norm)
        trigger.observe(g, at: step) { Self.noisy(g, Self.noise($0), seed: step) }
      }
    }
    run(1, 0..<20)
    #expect(trigger.bits == 8)
    // At 8 bits the ratio is 32, at 4 it would be 2: neither too low nor above 3.
    run(2, 20..<1000)
    #expect(trigger.bits == 8)
    run(4, 1000..<1020)
    #expect(trigger.bits == 4)
    // Never two within 200 steps.
    run(1, 1020..<1200)
    #expect(trigger.bits == 4)
    run(1, 1200..<1230)
    #expect(trigger.bits == 8)
    #expect(trigger.log.map(\.to) == [8, 4, 8])
    #expect(zip(trigger.log, trigger.log.dropFirst()).allSatisfy { $1.step - $0.step >= 200 })
  }

  @Test func zerosAndWhatIsNotFiniteDecideNothing() throws {
    var trigger = try NoiseSwitch(role: "dW", ladder: [4, 8])
    for step in 0..<2000 {
      let value: Float = [0, .nan, .infinity][step / 50 % 3]
      let g = Matrix<Float>(rows: 2, columns: 2) { _, _ in value }
      trigger.observe(g, at: step) { _ in g }
    }
    #expect(trigger.log.isEmpty)
    #expect(trigger.average == nil)
    // Nothing lost in quantizing is no noise to divide by; what was lost beyond measure is none either.
    let g = Self.gradient(norm: 1)
    for step in 0..<2000 { trigger.observe(g, at: step) { _ in g } }
    for step in 0..<2000 {
      trigger.observe(g, at: step) { _ in Matrix(rows: 8, columns: 32) { _, _ in .nan } }
    }
    for step in 0..<2000 {
      trigger.observe(g, at: step) { _ in Matrix(rows: 1, columns: 1) { _, _ in 0 } }
    }
    #expect(trigger.log.isEmpty)
    #expect(trigger.average?.values.array.allSatisfy { $0.isFinite } == true)
  }

  @Test func aResumedRunDecidesAsOneThatNeverStopped() throws {
    func step(_ trigger: inout NoiseSwitch, _ step: Int) {
      let g = Self.noisy(Self.gradient(norm: 4 * exp(-1e-3 * Double(step))), 0.3, seed: step)
      trigger.observe(g, at: step) { Self.noisy(g, Self.noise($0), seed: step + 7) }
    }
    var whole = try NoiseSwitch(role: "dW", ladder: [4, 8])
    for at in 0..<2000 { step(&whole, at) }
    #expect(whole.log.count == 1)
    for stop in [1, 777, whole.log[0].step, whole.log[0].step + 1] {
      var first = try NoiseSwitch(role: "dW", ladder: [4, 8])
      for at in 0..<stop { step(&first, at) }
      var second = try JSONDecoder().decode(NoiseSwitch.self, from: JSONEncoder().encode(first))
      #expect(second == first)
      for at in stop..<2000 { step(&second, at) }
      #expect(second == whole)
    }
  }

  @Test func whatCannotBeIsNamed() throws {
    for ladder in [[], [8, 4], [4, 4], [0, 4]] {
      #expect(throws: PrecisionError.ladder(ladder)) { try NoiseSwitch(role: "dW", ladder: ladder) }
    }
    var settings = NoiseSwitch.Settings()
    settings.interval = 0
    #expect(throws: PrecisionError.setting("interval", 0)) {
      try NoiseSwitch(role: "dW", ladder: [4], settings: settings)
    }
    var saved = try JSONEncoder().encode(NoiseSwitch(role: "dW", ladder: [4, 8]))
    let text = try #require(String(data: saved, encoding: .utf8))
    saved = Data(text.replacing("\"level\":0", with: "\"level\":2").utf8)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(NoiseSwitch.self, from: saved)
    }
  }
}
