import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct MomentFormatTests {
  @Test func namesAreReadAsTheyAreWritten() {
    let others: [MomentFormat] = [.dynamic8(group: 64), .dynamic4(group: 1), .float8(group: 1000)]
    for format in MomentFormat.all + others { #expect(MomentFormat(name: format.name) == format) }
    #expect(MomentFormat.dynamic8().name == "dynamic8")
    #expect(MomentFormat.dynamic4(group: 64).name == "dynamic4-group64")
    for name in ["", "dynamic", "dynamic8-", "dynamic8-group0", "float32-group4", "float8-row"] {
      #expect(MomentFormat(name: name) == nil, "\(name)")
    }
  }

  /// The constants by which the maps of Dettmers et al. are recognized, and torchao's 16 values.
  @Test func mapsAreThePublishedOnes() {
    let signed = CodebookFormat.dynamic8.values, unsigned = CodebookFormat.dynamicUnsigned8.values
    #expect(signed.count == 256 && unsigned.count == 256)
    #expect(signed[0] == -0.99296875 && signed[255] == 1 && signed[127] == 0)
    #expect(unsigned[0] == 0 && unsigned[255] == 1)
    #expect(abs(unsigned[254] - 0.996484) < 1e-6)
    #expect(abs(signed[128] - 5.5e-7) < 1e-12 && abs(unsigned[1] - 3.25e-7) < 1e-12)
    let quarter = CodebookFormat.dynamic4.values
    #expect(quarter.count == 16 && quarter[7] == 0 && quarter[15] == 1)
    for index in 0..<7 { #expect(quarter[index] == -quarter[14 - index]) }
    #expect(quarter[8...14].map { $0 } == [0.0055, 0.0325, 0.0775, 0.2125, 0.4375, 0.6625, 0.8875])
    #expect(CodebookFormat.dynamicUnsigned4.values == (1...16).map { Float($0) / 16 })
  }

  @Test func bytesAreThoseOfTheBuffers() throws {
    let shape = Shape(64, 1024)
    let expected: [(MomentFormat, Double)] = [
      (.float32, 8), (.bfloat16, 4), (.dynamic8(), 2.03125), (.dynamic4(), 1.0625),
      (.float8(), 2.03125), (.linear8(), 2.03125),
    ]
    for (format, bytes) in expected {
      #expect(
        try AdamW(shape: shape, moments: format).stateBytes == Int(bytes * 65_536), "\(format)")
      #expect(
        try SGD(shape: shape, moments: format).stateBytes == Int(bytes * 32_768), "\(format)")
    }
  }

  static let coded = MomentFormat.all.filter { $0.group != nil }

  /// With β of zero a new m is the gradient and v its square. No other code of the group's scale lies
  /// nearer, and none between a root and its code, which is zero for zero alone; the quotient and the middles between codes are rounded to 24 bits each, which moves a
  /// choice by less than 2^−21 of the largest number.
  @Test(arguments: coded) func everyCodeIsTheNearestOrANeighbour(format: MomentFormat) throws {
    let shape = Shape(400, 257)
    let gradient = AdamWKernelTests.gradient(shape, seed: 5)
    var optimizer = try AdamW(shape: shape, moments: format)
    (optimizer.beta1, optimizer.beta2) = (0, 0)
    var parameters = Samples.matrix(400, 257)
    try optimizer.move(&parameters, gradient: gradient)
    let moments = [optimizer.moments.first, optimizer.moments.second]
    for (index, moment) in moments.enumerated() {
      let matrix = try #require(moment.quantized)
      let numbers = Self.numbers(matrix.quantizedType)
      let largest = numbers.filter(\.isFinite).map(\.magnitude).max() ?? 0
      let (codes, scales) = (matrix.codes, matrix.scales)
      let group = try #require(format.group)
      for row in 0..<400 {
        for column in 0..<257 {
          let g = gradient[row, column]
          let isRoot = moment.isRoot
          let value = Double(index == 0 ? g : isRoot ? (g * g).squareRoot() : g * g)
          let scale = Double(scales[row, column / group])
          let code = Int(codes[row * 257 + column]) & (numbers.count - 1)
          guard scale > 0 else { #expect(value == 0 && code == 0); continue }
          if isRoot {
            let (a, b) = (numbers[code], value / scale)
            let slack = largest * 0x1p-21
            // A map without zero has its first entry for zeros.
            #expect(value == 0 ? code == 0 : a > 0)
            #expect(!numbers.contains { $0 > min(a, b) + slack && $0 < max(a, b) - slack })
            continue
          }
          let best = numbers.map { abs($0 - value / scale) }.min() ?? 0
          #expect(abs(numbers[code] - value / scale) <= best + largest * 0x1p-21)
        }
      }
    }
  }

  /// What the codes of a type stand for, by bit pattern; NaN is nowhere near.
  static func numbers(_ type: QuantizedType) -> [Double] {
    (0..<1 << type.storage.bits).map { code in
      switch (type.mapping.kind, type.storage) {
      case (.codebook(let map), _): return Double(map.values[code])
      case (_, .float(let format)):
        let value = format.value(of: UInt8(code))
        return value.isNaN ? .infinity : Double(value)
      // −128 is not used.
      case (_, .signed): return code == 128 ? .infinity : Double(Int8(truncatingIfNeeded: code))
      default: return Double(code)
      }
    }
  }

  /// With β of one moments stay what they are, and become the same codes again. The largest of a group
  /// is positive: the signed dynamic maps hold 1, and −1 only nearly.
  @Test(arguments: coded) func requantizingChangesNothing(format: MomentFormat) throws {
    let shape = Shape(7, 600)
    var optimizer = try AdamW(shape: shape, moments: format)
    var parameters = Samples.matrix(7, 600)
    let samples = Samples.matrix(7, 600, seed: 3)
    let gradient = Matrix<Float>(rows: 7, columns: 600) { row, column in
      column % 128 == 0 ? 100 : samples[row, column]
    }
    try optimizer.move(&parameters, gradient: gradient)
    let before = AdamWKernelTests.codes(optimizer)
    (optimizer.beta1, optimizer.beta2) = (1, 1)
    try optimizer.move(&parameters, gradient: gradient)
    let after = AdamWKernelTests.codes(optimizer)
    for (before, after) in zip(before, after) {
      #expect(before.codes == after.codes)
      // A scale is divided by 448, 127 or 255 and multiplied again, which may round.
      for (a, b) in zip(before.scales, after.scales) {
        #expect(abs(a - b) <= a.ulp)
      }
    }
  }

  /// Rounding comes after the step.
  @Test(arguments: MomentFormat.all) func theFirstStepIsThatOfFloats(format: MomentFormat) throws {
    let start = Samples.matrix(9, 700)
    let gradient = AdamWKernelTests.gradient(start.shape, seed: 2)
    var full = try AdamW(shape: start.shape), other = try AdamW(shape: start.shape, moments: format)
    let a = try full.update(start, gradient: gradient)
    let b = try other.update(start, gradient: gradient)
    #expect(AdamWKernelTests.patterns(a) == AdamWKernelTests.patterns(b))
  }

  /// The negative control: steps explode where linear codes lose the second moment.
  @Test func linearCodesLoseSecondMoments() throws {
    let shape = Shape(1, 256)
    var steps: [Float] = []
    for format in [MomentFormat.float32, .dynamic8(), .linear8()] {
      var optimizer = try AdamW(shape: shape, moments: format)
      var parameters = Matrix<Float>(rows: 1, columns: 256) { _, _ in 0 }
      // The others' m is 0.02 of the largest, which linear codes hold, and v the square of it, which they
      // do not. Then gradients fall.
      for small: Float in [0.02, 1e-6] {
        let gradient = Matrix<Float>(rows: 1, columns: 256) { $1 == 0 ? 1 : small }
        try optimizer.move(&parameters, gradient: gradient)
      }
      steps.append(abs(parameters[0, 100]) / optimizer.learningRate)
    }
    // Two steps of AdamW are two learning rates at most, as gradients fall.
    #expect(steps[0] < 2 && steps[1] < 2)
    #expect(steps[2] > 100)
  }
}
