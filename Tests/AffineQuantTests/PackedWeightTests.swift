import AffineQuant
import AffineTestSupport
import Testing

/// Weights as models keep them, against the definitions that they shorten.
@Suite struct PackedWeightTests {
  static let weights = [
    "int4-group32", "uint4-group32-biased-float16", "int8-group32-float16", "int8-row",
    "uint4-group32", "int3-group16-float16", "uint8-row",
  ]
  static let sets: [InstructionSet] = [.portable, .avx2, .running]

  /// Values of very different sizes, and a row of zeros.
  private static func values(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    let values = Samples.matrix(rows, columns, seed: seed)
    return Matrix(rows: rows, columns: columns) { row, column in
      row == 1 ? 0 : values[row, column] * (row % 3 == 0 ? 100 : 0.01)
    }
  }

  @Test(
    arguments: weights,
    [
      "int8-token", "int8-group32", "int8-group64", "uint8-token", "int8-token-asymmetric",
      "uint8-group32", "uint4-token-float16", "int4-group32-float16", "int8-block32x32",
      "uint8-tensor", "int8-token-e8m0",
    ])
  func quantizingOnTheWayEqualsQuantizingFirst(weight: String, inputs: String) throws {
    let type = try #require(QuantizedType(name: weight))
    let inputType = try #require(QuantizedType(name: inputs))
    // The second width has more than the 16 groups that a kernel takes at once.
    for (rows, columns) in [(1, 136), (2, 136), (7, 136), (33, 136), (1, 1120), (7, 1120)] {
      let matrix = try AnyQuantized(quantizing: Self.values(45, columns, seed: 1), as: type)
      let x = Self.values(rows, columns, seed: 2)
      let codes = try AnyQuantized(quantizing: x, as: inputType)
      let expected = try ErasedOperand.product(
        .linear, .quantized(codes.core), .quantized(matrix.core), on: .threads(1))
      for set in Self.sets {
        let execution = Execution(threads: 2, instructionSet: set)
        let packed = PackedWeight(matrix, inputs: inputType, on: execution)
        #expect(try packed.linear(x, on: execution).values == expected.values)
      }
    }
  }

  /// A weight that is read in strips is the one that is read whole.
  @Test(
    arguments: weights + [
      "uint4-group32-nf4", Q4KWeight.type.name, Q6KWeight.type.name, NVFP4Weight.type.name,
    ], [128, 150, 200])
  func stripsMakeTheWholeWeight(weight: String, rows: Int) throws {
    let type = try #require(QuantizedType(name: weight))
    let matrix = AnyQuantized(Samples.codes(rows, 512, type))
    for set in Self.sets {
      let execution = Execution(threads: 2, instructionSet: set)
      let inputs = type.mapping.kind == .symmetric ? QuantizedType(name: "int8-group32") : nil
      let whole = PackedWeight(matrix, inputs: inputs, on: execution)
      var read: [Range<Int>] = []
      let strips = try PackedWeight(rows: rows, strip: 64, inputs: inputs, on: execution) {
        read.append($0)
        return try matrix.rows($0)
      }
      #expect(read.flatMap(Array.init) == Array(0..<rows))
      #expect(strips.core == whole.core)
      for rows in [1, 9] {
        let x = Samples.matrix(rows, 512, seed: 3)
        #expect(
          try strips.linear(x, on: execution).values == whole.linear(x, on: execution).values)
      }
    }
  }

  /// Inputs and weights that no typed product takes multiply all the same, by the kernels of their plan.
  @Test(arguments: [
    "int8-column", "int8-tensor", "uint8-group16-biased", "float8e4m3-row", "int8-block32x32",
  ])
  func inputsOfAnyType(inputs: String) throws {
    let inputType = try #require(QuantizedType(name: inputs))
    let x = Samples.matrix(7, 136, seed: 5)
    let given = try AnyQuantized(quantizing: x, as: inputType)
    let lhs: Matrix<Float> = given.dequantized()
    for weight in Self.weights + ["int8-column", "uint4-group64-nf4", "float8e4m3-group32-e8m0"] {
      let type = try #require(QuantizedType(name: weight))
      let packed = PackedWeight(
        try AnyQuantized(quantizing: Samples.matrix(9, 136, seed: 6), as: type), inputs: inputType)
      // Its first product sums codes, which others find.
      let record = KernelRecord()
      var execution = Execution.standard
      execution.record = record
      let product = try packed.linear(x, on: execution)
      #expect(record.rows == packed.explain(rows: 7).kernels, "\(inputs) \(weight)")
      #expect(try packed.linear(given) == product)
      let rhs: Matrix<Float> = packed.unpacked.dequantized()
      for row in 0..<7 {
        for column in 0..<9 {
          let terms = (0..<136).map { Double(lhs[row, $0]) * Double(rhs[column, $0]) }
          let size = terms.reduce(0) { $0 + abs($1) }
          let error = abs(Double(product[row, column]) - terms.reduce(0, +))
          // As many roundings as there are terms, and those of values with a bias.
          #expect(error <= 4 * 136 * 0x1p-24 * size, "\(inputs) \(weight)")
        }
      }
    }
  }

  @Test(arguments: weights)
  func packingKeepsEveryNumber(weight: String) throws {
    let type = try #require(QuantizedType(name: weight))
    let matrix = try AnyQuantized(quantizing: Self.values(45, 136, seed: 3), as: type)
    #expect(PackedWeight(matrix).unpacked == matrix)
  }

  /// Of kernels that no other product has run before.
  @Test(arguments: weights, ["int8-token", "int8-group32", "uint8-token", "int4-group32-float16"])
  func whatRunsIsWhatIsExplained(weight: String, inputs: String) throws {
    let type = try #require(QuantizedType(name: weight))
    let inputType = try #require(QuantizedType(name: inputs))
    let matrix = try AnyQuantized(quantizing: Samples.matrix(45, 136, seed: 1), as: type)
    for rows in [1, 7] {
      for end in [ProductEnd.none, ProductEnd(activation: .relu)] {
        // Its first product sums codes, which others find.
        let packed = PackedWeight(matrix, inputs: inputType)
        let record = KernelRecord()
        var execution = Execution.standard
        execution.record = record
        _ = try packed.linear(Samples.matrix(rows, 136, seed: 2), end: end, on: execution)
        #expect(record.rows == packed.explain(rows: rows, end: end).kernels, "\(weight) \(inputs)")
      }
    }
  }

  /// What lies in panels of other kernels is unpacked and packed for a call.
  @Test(arguments: ["int8-row", "int4-group32"], ["int8-token", "int8-group32", "uint8-token"])
  func panelsOfOtherKernelsArePackedAgain(weight: String, inputs: String) throws {
    let type = try #require(QuantizedType(name: weight))
    let inputType = try #require(QuantizedType(name: inputs))
    let matrix = try AnyQuantized(quantizing: Samples.matrix(45, 136, seed: 1), as: type)
    let x = Samples.matrix(7, 136, seed: 2)
    let expected = try PackedWeight(matrix, inputs: inputType).linear(x)
    let packed = PackedWeight(
      matrix, inputs: inputType, on: Execution(threads: 1, instructionSet: .portable))
    for _ in 0..<3 {
      let record = KernelRecord()
      var execution = Execution.threads(1)
      execution.record = record
      let plan = packed.explain(rows: 7, on: execution)
      #expect(try packed.linear(x, on: execution) == expected)
      #expect(record.rows == plan.kernels)
      guard InstructionSet.running != .portable else { continue }
      #expect(plan.steps.map(\.work).contains(.unpackRHS))
    }
  }

  /// Values of 16 bits give what quantizing them first gives, or what they give as they are, rounded once.
  @Test(arguments: weights, [nil, "int8-token", "int8-group32", "uint8-token", "int8-tensor"])
  func valuesOf16BitsAreTakenAndGiven(weight: String, inputs: String?) throws {
    let type = try #require(QuantizedType(name: weight))
    let inputType = try inputs.map { try #require(QuantizedType(name: $0)) }
    let matrix = try AnyQuantized(quantizing: Samples.matrix(45, 136, seed: 1), as: type)
    let end = ProductEnd(bias: Samples.matrix(1, 45, seed: 3).values, activation: .relu)
    func check<Element: FloatElement & Equatable>(_ element: Element.Type) throws {
      let x = Samples.matrix(7, 136, seed: 2).converted(to: Element.self)
      for set in Self.sets {
        let record = KernelRecord()
        var execution = Execution(threads: 2, instructionSet: set)
        let floats =
          if let inputType {
            try PackedWeight(matrix, on: execution).linear(
              try AnyQuantized(quantizing: x, as: inputType), end: end, on: execution)
          } else {
            try PackedWeight(matrix, on: execution).linear(
              x.converted(to: Float.self), end: end, on: execution)
          }
        let expected = floats.converted(to: Element.self)
        let packed = PackedWeight(matrix, inputs: inputType, on: execution)
        execution.record = record
        #expect(try packed.linear(x, end: end, on: execution) == expected)
        #expect(
          record.rows
            == packed.explain(rows: 7, of: Element.elementType, end: end, on: execution).kernels)
        var result = Matrix<Element>(rows: 7, columns: 45) { _, _ in Element(rounding: 9) }
        try packed.linear(x, into: &result, end: end, on: execution)
        #expect(result == expected)
      }
    }
    try check(Float.self)
    try check(Float16.self)
    try check(BFloat16.self)
  }

  @Test func parametersThatAreNotUsableAreNamed() throws {
    let type = try #require(QuantizedType(name: "int4-group32"))
    let inputs = try #require(QuantizedType(name: "uint8-token"))
    let packed = PackedWeight(
      try AnyQuantized(quantizing: Self.values(8, 64, seed: 4), as: type), inputs: inputs)
    let x = Matrix<Float>(rows: 3, columns: 64) {
      $0 == 2 ? ($1 == 40 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude) : 1
    }
    let error = #expect(throws: QuantizationError.self) { try packed.linear(x) }
    guard case .rangeTooWide(_, _, let row, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(row == 2)
  }

  @Test func inputsOfAnotherDepthAreRefused() throws {
    let type = try #require(QuantizedType(name: "int4-group32"))
    for inputs in ["int8-group32", "uint8-token"] {
      let packed = PackedWeight(
        try AnyQuantized(quantizing: Self.values(8, 64, seed: 4), as: type),
        inputs: QuantizedType(name: inputs))
      #expect(throws: QuantizationError.self) {
        try packed.linear(Matrix<Float>(rows: 1, columns: 63) { _, _ in 1 })
      }
    }
  }

  @Test func inputsThatAreNotFiniteAreNamed() throws {
    let type = try #require(QuantizedType(name: "int4-group32"))
    let bads = [Float.nan, .infinity, -.infinity]
    for (inputs, bad) in ["int8-group32", "uint8-token"].flatMap({ type in bads.map { (type, $0) } }
    ) {
      let inputs = try #require(QuantizedType(name: inputs))
      let packed = PackedWeight(
        try AnyQuantized(quantizing: Self.values(8, 64, seed: 4), as: type), inputs: inputs)
      let x = Matrix<Float>(rows: 3, columns: 64) { $0 == 2 && $1 == 40 ? bad : 1 }
      let error = #expect(throws: QuantizationError.self) { try packed.linear(x) }
      guard case .notFinite(_, let row, let column) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect((row, column) == (2, 40))
    }
  }
}
