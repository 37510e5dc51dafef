import AffineQuant
import AffineTestSupport
import Testing

/// Products in the precision of bfloat16.
@Suite struct BFloat16ProductTests {
  /// Those that have kernels of their own for it, and one whose floats are rounded.
  static let executions = [
    "portable", "avx2", "avx512vnni", "avx512bf16", "amxbf16", "neon", "neonbf16",
  ]
  .compactMap { InstructionSet(name: $0) }
  .filter { $0.isSubset(of: .running) }
  .flatMap { set in
    [1, 3].map { threads in
      var execution = Execution(threads: threads, instructionSet: set)
      execution.precision = .bfloat16
      return execution
    }
  }

  private static func small(_ rows: Int, _ columns: Int, _ seed: Int) -> Matrix<Float> {
    Matrix(rows: rows, columns: columns) { row, column in
      Float((row * 31 + column * 17 + seed) % 255 - 127)
    }
  }

  /// Whole numbers of 8 bits are bfloat16, and sums of their products below 2^24 are floats: no order of sums
  /// makes a difference.
  @Test(arguments: executions, MatrixOperation.allCases.filter(\.isProduct))
  func wholeNumbersAreExact(execution: Execution, operation: MatrixOperation) throws {
    for (m, n, k) in [(1, 5, 37), (6, 33, 64), (40, 70, 900)] {
      let first = operation.shapes(m, n, k).first, second = operation.shapes(m, n, k).second
      let (x, w) = (
        Self.small(first.rows, first.columns, 3), Self.small(second.rows, second.columns, 5)
      )
      for types in [
        [OperandType.float(.float32), .float(.float32)], [.float(.bfloat16), .float(.bfloat16)],
        [.float(.float16), .float(.float32)], [.float(.bfloat16), .float(.float32)],
      ] {
        let (a, b) = (try ErasedOperand(x, as: types[0]), try ErasedOperand(w, as: types[1]))
        let exact = Oracle.product(operation, a, b).values
        let actual: Matrix<Float> = try ProductCall(operation, a, b, on: execution).result()
        #expect(zip(actual.values.array, exact).allSatisfy { Double($0) == $1 }, "\(types) \(m)")
      }
    }
  }

  /// The same for codes with a scale of 1, of every width, in rows and in tiles.
  @Test(arguments: executions, ["int8", "int7", "int6", "int5", "int4", "int3", "int2"])
  func codesAreExact(execution: Execution, storage: String) throws {
    let type = try #require(QuantizedType(name: "\(storage)-group32"))
    let high = type.storage.codes.upperBound
    for (m, n, k) in [(1, 5, 64), (2, 33, 96), (3, 20, 320), (19, 40, 224), (37, 70, 1024)] {
      let x = Self.small(m, k, 7)
      // Both ends in every group, so that scales are 1.
      let w = Matrix<Float>(rows: n, columns: k) { row, column in
        switch column % 32 {
        case 0: Float(high)
        case 1: Float(-high)
        default: Float((row * 5 + column * 3) % (2 * high + 1) - high)
        }
      }
      let weight = try ErasedOperand(w, as: .quantized(type))
      let input = try ErasedOperand(x, as: .float(.bfloat16))
      let exact = Oracle.product(.linear, input, weight).values
      for operand in [weight, weight.packed(for: input.type, execution)] {
        let actual: Matrix<Float> = try ProductCall(.linear, input, operand, on: execution).result()
        #expect(
          zip(actual.values.array, exact).allSatisfy { Double($0) == $1 }, "\(m) × \(n) × \(k)")
      }
    }
  }

  /// Rows are cut otherwise for more threads, at 57 so that one comes alone, and a last slice has an odd number of fours:
  /// sums that round are the same all the same.
  @Test(arguments: executions, ["int8-row", "int4-row", "int3-row", "int4-group32"])
  func threadsChangeNoBit(execution: Execution, weight: String) throws {
    let type = try #require(QuantizedType(name: weight))
    let packed = PackedWeight(
      try AnyQuantized(quantizing: Samples.matrix(256, 777, seed: 1), as: type))
    for rows in [57, 65, 66] {
      let x = Samples.matrix(rows, 777, seed: 2)
      var (one, many) = (execution, execution)
      (one.threads, many.threads) = (1, 16)
      #expect(try packed.linear(x, on: one) == packed.linear(x, on: many), "\(rows)")
    }
  }

  /// Of a few rows, cores with tiles make floats of bytes, and others pairs.
  @Test(arguments: [
    ("amxbf16", "int8-row", 1, true), ("amxbf16", "uint8-row", 1, true),
    ("amxbf16", "int8-group8", 1, true), ("amxbf16", "int8-row", 4, true),
    ("amxbf16", "int8-row", 5, false),
    ("amxbf16", "int4-group32", 1, false), ("amxbf16", "int7-row", 1, false),
    ("amxbf16", "float8e4m3-row", 1, false), ("amxbf16", "uint8-row-dynamic8", 1, false),
    ("avx512bf16", "int8-row", 1, false), ("neonbf16", "int8-row", 1, false),
    ("portable", "int8-row", 1, false),
  ])
  func fewRowsOfBytesAreFasterInFloats(
    set: String, weight: String, rows: Int, expected: Bool
  ) throws {
    let type = try #require(QuantizedType(name: weight))
    let set = try #require(InstructionSet(name: set))
    #expect(type.isFasterInFloats(rows: rows, on: set) == expected)
  }

  /// Rows that tiles serve better go to these. All read the same panels, so that a weight is packed once for any
  /// number of rows.
  @Test(arguments: [
    ("avx512bf16", "int8-row", 1, "bf16i8_avx512bf16"),
    ("avx512bf16", "int8-row", 2, "bf16i8_avx512bf16"),
    ("avx512bf16", "int4-group32", 1, "bf16i4_avx512bf16"),
    ("avx512bf16", "float8e4m3-row", 1, "bf16t8_avx512bf16"),
    ("avx512bf16", "int6-group32", 1, "bf16i6_avx512bf16"),
    ("amxbf16", "int8-row", 1, "f32i8_avx512vnni"),
    ("amxbf16", "int8-row", 4, "f32i8_avx512vnni"),
    ("amxbf16", "int8-row", 5, "bf16i8_amxbf16"),
    ("amxbf16", "int4-group32", 4, "bf16i4_avx512bf16"),
    ("amxbf16", "int4-group32", 5, "bf16i4_amxbf16"),
    ("avx512vnni", "int8-row", 1, "f32i8_avx512vnni"), ("avx2", "int8-row", 1, "f32i8_avx2"),
    ("neonbf16", "int8-row", 1, "bf16i8_neonbf16"), ("portable", "int8-row", 1, "bf16i8_portable"),
  ])
  func rowsChooseTheKernel(
    set: String, weight: String, rows: Int, expected: String
  ) throws {
    let set = try #require(InstructionSet(name: set))
    guard set.isSubset(of: .running) else { return }
    var execution = Execution(threads: 1, instructionSet: set)
    execution.precision = .bfloat16
    let type = try #require(OperandType(name: weight))
    let served = plan(
      for: .linear, .float(.bfloat16), type, rows: rows, isPacked: true, on: execution)
    let plan = try #require(served)
    let multiply = try #require(plan.steps.first { $0.work == .multiply })
    #expect(multiply.kernels.map(\.name) == ["aq_matmul_\(expected)"])
    for passed in plan.passedOver where passed.row.canRun(on: set) {
      #expect(plan.description.contains("\(passed.row.name) passed over: another is faster for"))
    }
  }

  /// An outlier makes the other terms small, and inputs above 2^80 are made smaller on their way.
  @Test(arguments: executions, [Float(1), 0x1p100])
  func everyValueIsWithinTheBound(execution: Execution, factor: Float) throws {
    let x = Samples.matrix(9, 200, seed: 4)
    let input = Matrix<Float>(rows: 9, columns: 200) { x[$0, $1] * ($1 == 7 ? 300 : 1) * factor }
    let w = Samples.matrix(40, 200, seed: 5)
    for name in [
      "float32", "int8-row", "uint4-group32-asymmetric", "uint4-group32-biased", "float8e4m3-row",
      "float6e2m3-row", "float6e3m2-group32",
    ] {
      let type = try #require(OperandType(name: name))
      let (a, b) = (ErasedOperand.float(.float32(input)), try ErasedOperand(w, as: type))
      let exact = Oracle.product(.linear, a, b), magnitudes = Oracle.magnitudes(.linear, a, b)
      let actual: Matrix<Float> = try ProductCall(.linear, a, b, on: execution).result()
      let bound = Precision.bfloat16.errorBound(depth: 200)
      for index in exact.values.indices {
        let error = abs(Double(actual.values[index]) - exact.values[index])
        #expect(error <= bound * magnitudes[index], "\(name) \(index)")
      }
    }
  }

  /// The plan says what floats become; whole numbers stay what they are.
  @Test func plansNameThePrecision() throws {
    let execution = Execution(precision: .bfloat16)
    let plan = try #require(explain(.linear, Matrix<Float>.self, Int8Weight.self, on: execution))
    #expect(plan.precision == .bfloat16 && plan.description.contains("in bfloat16: within"))
    #expect(plan.candidates.first?.name.hasPrefix("aq_matmul_bf16i8_") == true)
    #expect(explain(.linear, Matrix<Float>.self, Int8Weight.self)?.precision == .float32)
    let whole = explain(.linear, Int8Activations.self, Int8Weight.self, on: execution)
    #expect(whole?.precision == nil && whole?.kernel.name.hasPrefix("aq_matmul_i8_") == true)
  }

  /// Where the CPU has no instruction for it, floats are rounded, and the plan says which.
  @Test func otherCPUsRoundFloats() throws {
    guard InstructionSet.avx2.isSubset(of: .running) else { return }
    var execution = Execution(threads: 1, instructionSet: .avx2)
    execution.precision = .bfloat16
    let plan = try #require(
      explain(.linear, Matrix<Float>.self, Matrix<Float>.self, on: execution))
    #expect(plan.kernel.name == "aq_matmul_f32_avx2")
    #expect(plan.kernels.contains { $0.name == "aq_round_bf16_avx2" })
    #expect(plan.passedOver.contains { $0.reason.contains("avx512bf16") })
    // 1 + 2^-8 is no bfloat16, and the even one of its neighbours is 1.
    let x = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 + 0x1p-8 }
    #expect(try linear(x, x, on: execution)[0, 0] == 1)
    #expect(try linear(x, x)[0, 0] > 1)
  }

  /// What is no number stays none, and nothing else becomes one.
  @Test(arguments: executions) func notANumberStaysInItsRow(execution: Execution) throws {
    let x = Matrix<Float>(rows: 3, columns: 40) { row, column in
      row == 1 && column == 5 ? .nan : Float(column)
    }
    let w = Matrix<Float>(rows: 35, columns: 40) { row, _ in Float(row % 7) }
    let result = try linear(x, w, on: execution)
    for column in 0..<35 {
      #expect(result[0, column].isFinite && result[1, column].isNaN && result[2, column].isFinite)
    }
  }
}

extension MatrixOperation {
  fileprivate func shapes(_ m: Int, _ n: Int, _ k: Int) -> (first: Shape, second: Shape) {
    switch self {
    case .inputGradient: (Shape(m, k), Shape(k, n))
    case .weightGradient: (Shape(k, m), Shape(k, n))
    default: (Shape(m, k), Shape(n, k))
    }
  }
}
