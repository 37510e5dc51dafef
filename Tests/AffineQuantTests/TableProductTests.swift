import AffineQuant
import AffineTestSupport
import Testing

/// Products with codes that are places in a table, and with codes below 8 bits.
@Suite struct TableProductTests {
  static let instructionSets = kernels(
    for: .linear, .quantized(Int8Weight.type), .quantized(MXFP4Weight.type))!.filter { $0.canRun() }
    .map(\.needs)

  static func served(_ lhs: QuantizedType, _ rhs: QuantizedType) -> Plan? {
    plan(for: .linear, .quantized(lhs), .quantized(rhs))
  }

  /// All values of E2M1, or only the largest, with a scale of 1; inputs are whole numbers with one of 1.
  @Test(arguments: instructionSets, [false, true])
  func e2m1TimesInt8IsExact(set: InstructionSet, isExtreme: Bool) throws {
    let grid: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.5, -1, -1.5, -2, -3, -4, -6]
    let execution = Execution(threads: 2, instructionSet: set)
    for (rows, columns, depth) in [(1, 5, 37), (3, 33, 96), (19, 40, 2048)] {
      let w = Matrix<Float>(rows: columns, columns: depth) { row, column in
        column % 32 == 0 || isExtreme ? (row % 2 == 0 ? 6 : -6) : grid[(row * 7 + column * 11) % 15]
      }
      let x = Matrix<Float>(rows: rows, columns: depth) { row, column in
        column == 0 || isExtreme ? 127 : Float((row * 31 + column * 17) % 255 - 127)
      }
      let weight = try MXFP4Weight(quantizing: w), input = try Int8Activations(quantizing: x)
      #expect(weight.dequantized() == w && input.dequantized() == x)
      let plan = try #require(
        explain(.linear, Int8Activations.self, MXFP4Weight.self, on: execution))
      #expect(plan.kernel.name.hasPrefix("aq_matmul_t4_"))
      let result: Matrix<Float> = try linear(input, weight, on: execution)
      for i in 0..<rows {
        for j in 0..<columns {
          let sum = (0..<depth).reduce(0.0) { $0 + Double(x[i, $1]) * Double(w[j, $1]) }
          // Below 2^23 halves: the floats that add slices are exact too.
          #expect(Double(result[i, j]) == sum, "\(i), \(j)")
        }
      }
    }
  }

  /// The same of E2M3, at 6 bits where groups are whole k-groups of 16 codes, and of more values than halves have.
  @Test(arguments: instructionSets, [false, true])
  func e2m3TimesInt8IsExact(set: InstructionSet, isExtreme: Bool) throws {
    let magnitudes = (0..<32).map { (code: Int) -> Float in
      let eighths = code < 8 ? code : (8 + code % 8) << (code / 8 - 1)
      return Float(eighths) / 8
    }
    let grid: [Float] = magnitudes + magnitudes.map { -$0 }
    #expect(magnitudes.last == 7.5 && Set(grid).count == 63)
    let execution = Execution(threads: 2, instructionSet: set)
    for (rows, columns, depth) in [(1, 5, 37), (2, 40, 64), (3, 33, 96), (19, 40, 2048)] {
      let w = Matrix<Float>(rows: columns, columns: depth) { row, column in
        column % 32 == 0 || isExtreme
          ? (row % 2 == 0 ? 7.5 : -7.5) : grid[(row * 29 + column * 11) % 64]
      }
      let x = Matrix<Float>(rows: rows, columns: depth) { row, column in
        column == 0 || isExtreme ? 127 : Float((row * 31 + column * 17) % 255 - 127)
      }
      let weight = try MXFP6Weight(quantizing: w), input = try Int8Activations(quantizing: x)
      #expect(weight.dequantized() == w && input.dequantized() == x)
      let packed = weight.tiled(on: execution)
      let plan = try #require(
        explain(.linear, Int8Activations.self, MXFP6Weight.self, on: execution))
      #expect(plan.kernel.name.hasPrefix("aq_matmul_t6_"))
      let results: [Matrix<Float>] = [
        try linear(input, weight, on: execution), try linear(input, packed, on: execution),
      ]
      for result in results {
        for i in 0..<rows {
          for j in 0..<columns {
            let sum = (0..<depth).reduce(0.0) { $0 + Double(x[i, $1]) * Double(w[j, $1]) }
            // Below 2^24 eighths: the floats that add slices are exact too.
            #expect(abs(sum) < 0x1p21 && Double(result[i, j]) == sum, "\(i), \(j)")
          }
        }
      }
      #expect(packed.rowMajor() == weight)
    }
  }

  /// Floats of 6 bits take 6 in tiles where they are whole k-groups, and what E3M2 has no whole numbers for is
  /// multiplied as floats.
  @Test(arguments: [
    ("float6e2m3-group32-e8m0", "t6", "f32t6"), ("float6e3m2-group32-e8m0", "f32t6", "f32t6"),
    ("float6e2m3-row", "t6", "f32t6"), ("float6e2m3-group8", "f32t8", "f32t8"),
  ])
  func floatsOfSixBitsLieAtTheirBits(name: String, codes: String, floats: String) throws {
    let type = try #require(QuantizedType(name: name))
    let weight = Samples.codes(40, 96, type, seed: 3), tiled = weight.tiled()
    #expect(tiled.rowMajor() == weight)
    if codes != "f32t8" { #expect(tiled.codes.count * 4 <= 3 * 64 * 96) }
    let served = try #require(Self.served(Int8Activations.type, type))
    #expect(served.kernel.name.hasPrefix("aq_matmul_\(codes)_"))
    let float = plan(for: .linear, .float(.float32), .quantized(type))
    let plan = try #require(float)
    #expect(plan.kernel.name.hasPrefix("aq_matmul_\(floats)_"))
  }

  /// Zero points of the left side would need sums of what codes stand for: floats are multiplied then.
  @Test func asymmetricInputsMeetValues() throws {
    let type = try #require(QuantizedType(name: "uint8-row"))
    let plan = try #require(Self.served(type, MXFP4Weight.type))
    #expect(plan.kernel.name.hasPrefix("aq_matmul_f32t4_"))
  }

  /// Values whose sums would overflow or vanish before they are scaled are scaled first.
  enum Wild: CodebookMap {
    typealias Storage = UInt2
    static let codebook = CodebookFormat(name: "wild", values: [-1e20, -1e-30, 1e-30, 1e30])
  }

  @Test func wildTablesKeepTheirRange() throws {
    typealias Weight = AffineQuantized<UInt2, RowMajor<PerGroup<32>, Codebook<Wild>>>
    let values = Matrix<Float>(rows: 3, columns: 64) { row, column in
      [-1e-12, 0, 1e-2, 1][(row + column) % 4]
    }
    let weight = try Weight(quantizing: values)
    let input = Matrix<Float>(rows: 2, columns: 64) { row, column in 1e12 + Float(row + column) }
    let result: Matrix<Float> = try linear(input, weight)
    let expected = try linear(input, weight.dequantized())
    #expect(result == expected && result.values.array.allSatisfy(\.isFinite))
    let plan = explain(.linear, Matrix<Float>.self, Weight.self)
    #expect(plan?.kernel.name.hasPrefix("aq_matmul_f32_") == true)
  }

  /// Codes lie at their own bits where blocks are whole groups of them, and come back as they were.
  @Test(arguments: [
    ("uint1-group32", "i1"), ("int2-group16", "i2"), ("ternary-row", "i2"), ("int3-group32", "i3"),
    ("int3-group16", "i4"), ("int5-group64", "i5"), ("int6-group16", "i6"), ("int6-group8", "i8"),
    ("uint7-row", "i7"),
  ])
  func codesLieAtTheirOwnBits(name: String, element: String) throws {
    let type = try #require(QuantizedType(name: name))
    let plan = try #require(Self.served(Int8Activations.type, type))
    #expect(plan.kernel.name.hasPrefix("aq_matmul_\(element)_"))
    for columns in [1, 31, 64, 150] {
      let values = Matrix<Float>(rows: 37, columns: columns) { row, column in
        Float((row * 29 + column * 13) % 61 - 30) / 30
      }
      let codes = try AnyQuantized(quantizing: values, as: type)
      let back: Matrix<Float> = PackedWeight(codes).unpacked.dequantized()
      #expect(back == codes.dequantized())
    }
  }
}
