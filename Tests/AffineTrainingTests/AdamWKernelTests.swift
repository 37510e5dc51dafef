import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Every instruction set against the definition, bit for bit.
@Suite struct AdamWKernelTests {
  /// What a step does, by whole matrices.
  struct Reference {
    var m, v: Matrix<Float>
    let type: QuantizedType?
    let group: Int
    var step = 0

    init(_ shape: Shape, group: Int?) throws {
      m = Matrix(rows: shape.rows, columns: shape.columns) { _, _ in 0 }
      v = m
      self.group = group ?? 1
      type = try group.map {
        try QuantizedType(
          CodebookFormat.dynamic8.storage, Block(rows: 1, columns: $0),
          MappingFormat(kind: .codebook(.dynamic8), scale: .float32))
      }
    }

    /// The scale of each group of m: its largest magnitude, 1 for zeros, and no subnormal number.
    private func largestMagnitudes() -> [Float] {
      (0..<m.shape.rows).flatMap { row in
        stride(from: 0, to: m.shape.columns, by: group).map { start in
          let group = (start..<min(start + group, m.shape.columns)).map { m[row, $0].magnitude }
          let largest = group.max() ?? 0
          return largest == 0 ? 1 : (1 / largest).isFinite ? largest : .leastNormalMagnitude
        }
      }
    }

    /// The root of v becomes one of the two codes around it, at random.
    private func rootCodes() -> (codes: [Int], scales: [Float], values: Matrix<Float>) {
      let values = CodebookFormat.unsignedFloat8.values
      let key = UInt32(
        truncatingIfNeeded: SplitMix.key(
          seed: SplitMix.seed(0, stream: 1), step: UInt64(step - 1)))
      let (rows, columns) = (v.shape.rows, v.shape.columns)
      var (codes, scales) = ([Int](), [Float]())
      for row in 0..<rows {
        for start in stride(from: 0, to: columns, by: group) {
          let roots = (start..<min(start + group, columns)).map { v[row, $0].squareRoot() }
          let largest = roots.max() ?? 0
          scales.append(largest == 0 ? 1 : largest)
          for (offset, root) in roots.enumerated() {
            let element = UInt32(row * columns + start + offset)
            let part = (Double((key &+ element &* 0x9e37_79b9) >> 16) + 0.5) / 65536
            let number = Double(root * (1 / (scales.last ?? 1)))
            var code = (values.lastIndex { Double($0) <= number } ?? 0)
            if code > 0, code < 255 {
              let (low, high) = (Double(values[code]), Double(values[code + 1]))
              if (number - low) / (high - low) + part >= 1 { code += 1 }
            }
            codes.append(root > 0 ? max(code, 1) : 0)
          }
        }
      }
      let groups = (columns + group - 1) / group
      let roots = Matrix<Float>(rows: rows, columns: columns) { row, column in
        values[codes[row * columns + column]] * scales[row * groups + column / group]
      }
      return (codes, scales, roots)
    }

    /// Returns the moved parameters and the codes and scales of both moments, if they are codes.
    mutating func move(
      _ parameters: Matrix<Float>, _ gradient: Matrix<Float>, _ optimizer: AdamW
    ) throws -> (Matrix<Float>, [MomentCodes]) {
      step += 1
      let (b1, b2) = (optimizer.beta1, optimizer.beta2)
      let (power1, power2) = (0..<step).reduce((1.0, 1.0)) { powers, _ in
        (powers.0 * Double(b1), powers.1 * Double(b2))
      }
      let (oldM, oldV) = (m, v)
      let (rows, columns) = (m.shape.rows, m.shape.columns)
      m = Matrix(rows: rows, columns: columns) { b1 * oldM[$0, $1] + (1 - b1) * gradient[$0, $1] }
      v = Matrix(rows: rows, columns: columns) {
        b2 * oldV[$0, $1] + (1 - b2) * gradient[$0, $1] * gradient[$0, $1]
      }
      let rate = optimizer.learningRate / (1 - Float(power1))
      let rootScale = 1 / (1 - Float(power2)).squareRoot()
      let decay = 1 - optimizer.learningRate * optimizer.weightDecay
      let moved = Matrix<Float>(rows: rows, columns: columns) {
        let root = v[$0, $1].squareRoot() * rootScale
        return parameters[$0, $1] * decay - rate * m[$0, $1] / (root + optimizer.epsilon)
      }
      guard let type else { return (moved, []) }
      let first = try AnyQuantized(
        quantizing: m, as: type, with: QuantizationParameters(scales: largestMagnitudes()))
      let second = rootCodes()
      m = first.dequantized()
      v = Matrix(rows: rows, columns: columns) {
        second.values[$0, $1] * second.values[$0, $1]
      }
      return (moved, [MomentCodes(first), MomentCodes(codes: second.codes, scales: second.scales)])
    }
  }

  /// A moment as it is kept.
  struct MomentCodes: Equatable {
    let codes: [Int], scales: [Float]

    init(_ matrix: AnyQuantized) {
      codes = matrix.codes.map { Int($0) }
      scales = matrix.scales.values.array
    }

    init(codes: [Int], scales: [Float]) { (self.codes, self.scales) = (codes, scales) }
  }

  static let instructionSets = ["portable", "avx2", "avx512vbmi", "neon"].compactMap {
    InstructionSet(name: $0)
  }

  /// Gradients of all magnitudes that a step can store, with zeros, blocks of zeros and subnormals.
  static func gradient(_ shape: Shape, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: shape.rows, columns: shape.columns) { row, column in
      let magnitudes: [ClosedRange<Float>] = [
        -1...1, -1e19...1e19, -1e-22...1e-22, -0x1p-140...0x1p-140, 0...0,
      ]
      let range = magnitudes[(row + column / 100) % magnitudes.count]
      let value = Float.random(in: range, using: &random)
      // Ten decades below the largest, as the map has seven.
      let decade = Int.random(in: 0...10, using: &random)
      return (0..<decade).reduce(value) { value, _ in value / 10 }
    }
  }

  static let shapes = [
    (Shape(1, 1), 256), (Shape(3, 63), 64), (Shape(2, 300), 256), (Shape(5, 517), 100),
    (Shape(2, 700), 1000), (Shape(7, 33), 1), (Shape(64, 1024), 256), (Shape(0, 4), 2),
  ]

  @Test(arguments: instructionSets, [1, 2, 5])
  func everyStepIsTheDefinition(instructionSet: InstructionSet, threads: Int) throws {
    let execution = Execution(threads: threads, instructionSet: instructionSet)
    for (shape, group) in Self.shapes {
      for group in [group, nil] {
        var reference = try Reference(shape, group: group)
        var optimizer = try AdamW(
          shape: shape, moments: group.map { .dynamic8(group: $0) } ?? .float32)
        var parameters = Samples.matrix(shape.rows, shape.columns)
        for step in 0..<4 {
          let gradient = Self.gradient(shape, seed: UInt64(step))
          let (moved, codes) = try reference.move(parameters, gradient, optimizer)
          try optimizer.move(&parameters, gradient: gradient, on: execution)
          #expect(Self.patterns(parameters) == Self.patterns(moved), "\(shape), \(step)")
          #expect(Self.codes(optimizer) == codes)
        }
      }
    }
  }

  static func codes(_ optimizer: AdamW) -> [MomentCodes] {
    [optimizer.moments.first, optimizer.moments.second].compactMap(\.quantized).map {
      MomentCodes($0)
    }
  }

  static func patterns(_ matrix: Matrix<Float>) -> [UInt32] {
    matrix.values.array.map(\.bitPattern)
  }

  /// A new moment m is the gradient where β₁ is zero, so that gradients can be laid on both sides of
  /// every place where codes change, and so can the root of v.
  @Test(arguments: instructionSets)
  func codesAreTheNearestOnBothSidesOfEveryMiddle(instructionSet: InstructionSet) throws {
    let execution = Execution(threads: 1, instructionSet: instructionSet)
    for values in [CodebookFormat.dynamic8.values, CodebookFormat.unsignedFloat8.values] {
      let middles = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
      for largest in [1, 3, 0.7, 1e-15, 1e15] as [Float] {
        // Each row: the largest number, then numbers around one middle.
        let matrix = Matrix<Float>(rows: middles.count, columns: 129) { row, column in
          if column == 0 { return largest }
          let middle = middles[row] * largest
          return middle + Float(column - 65) * middle.ulp
        }
        var optimizer = try AdamW(shape: matrix.shape, moments: .dynamic8(group: 129))
        (optimizer.beta1, optimizer.beta2) = (0, 0)
        var reference = try Reference(matrix.shape, group: 129)
        var parameters = matrix
        let (moved, codes) = try reference.move(parameters, matrix, optimizer)
        try optimizer.move(&parameters, gradient: matrix, on: execution)
        #expect(Self.codes(optimizer) == codes, "\(largest)")
        #expect(Self.patterns(parameters) == Self.patterns(moved))
      }
    }
  }

  @Test(arguments: instructionSets)
  func scalesAtTheEndsOfTheirRange(instructionSet: InstructionSet) throws {
    let execution = Execution(threads: 1, instructionSet: instructionSet)
    for largest in [Float.leastNonzeroMagnitude, 0x1p-129, 0x1.8p-127, 0x1p125, 0x1.8p126] {
      let gradient = Matrix<Float>(rows: 2, columns: 200) { row, column in
        (column % 3 == 0 ? -1 : 1) * largest / Float(1 + column * (row + 1))
      }
      var optimizer = try AdamW(shape: gradient.shape, moments: .dynamic8(group: 70))
      // Without its square a gradient may be as large as a float.
      (optimizer.beta1, optimizer.beta2) = (0, 1)
      var reference = try Reference(gradient.shape, group: 70)
      var parameters = Samples.matrix(2, 200)
      let (moved, codes) = try reference.move(parameters, gradient, optimizer)
      try optimizer.move(&parameters, gradient: gradient, on: execution)
      #expect(Self.codes(optimizer) == codes, "\(largest)")
      #expect(Self.patterns(parameters) == Self.patterns(moved))
    }
  }
}
