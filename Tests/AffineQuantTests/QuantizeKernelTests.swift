import AffineQuant
import AffineTestSupport
import Testing

/// Quantizing part by part: the parts, the threads and the kernels leave no trace.
@Suite struct QuantizeKernelTests {
  private static let portable = Execution(threads: 1, instructionSet: .portable)
  private static let others = [
    Execution.threads(1), .threads(3), Execution(threads: 2, instructionSet: .portable),
  ]

  @Test(arguments: Catalog.types) func partsLeaveNoTrace(type: QuantizedType) throws {
    for (rows, columns) in [(1, 1), (1, 70), (5, 33), (70, 200)] {
      let values = Samples.matrix(rows, columns, for: type, seed: 3)
      let options = QuantizationOptions()
      let expected = try CodeMatrix.quantize(values, as: type, options, Self.portable)
      for execution in Self.others {
        let matrix = try CodeMatrix.quantize(values, as: type, options, execution)
        #expect(matrix == expected, "\(rows)×\(columns)")
        let parameters = try CodeMatrix.chooseParameters(
          for: values, as: type, options, execution)
        // Scales from a table are chosen as numbers.
        if type.mapping.codes?.table == nil {
          #expect(parameters.scales == expected.scales.array, "\(rows)×\(columns)")
        }
      }
    }
  }

  /// Large results are written past the caches, where rows and their runs begin with a cache line.
  @Test(arguments: [
    ("int8-row", 2112), ("int8-row", 2113), ("int8-group96", 2112), ("uint8-row-asymmetric", 2112),
  ])
  func largeResultsAreTheSame(name: String, columns: Int) throws {
    let type = try #require(QuantizedType(name: name))
    let values = Samples.matrix(2048, columns, for: type, seed: 4)
    let options = QuantizationOptions()
    let expected = try CodeMatrix.quantize(values, as: type, options, Self.portable)
    for set in [InstructionSet.running, .running.intersection(.avx2)] {
      let execution = Execution(threads: 2, instructionSet: set)
      #expect(try CodeMatrix.quantize(values, as: type, options, execution) == expected)
    }
  }

  /// Values whose quotient is no integer of the machine, halves, and the ends of the codes.
  @Test(arguments: ["int8-row", "int8-column", "int4-row", "uint8-row", "uint8-column"])
  func extremesClampAsTheDefinitionSays(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let extremes: [Float] = [
      3e38, -3e38, 1e10, -1e10, 0.5, 1.5, -0.5, -1.5, 127.5, -128.5, 255.5, 0, -0.0, 0x1p-140, 2e9,
    ]
    let values = Matrix<Float>(rows: 6, columns: 75) { extremes[($0 * 75 + $1 * 7) % 15] }
    let blocks = type.block.columns == 1 ? 75 : 6
    let isAsymmetric = type.mapping.kind == .asymmetric
    for scale: Float in [1, -1, 0.25, 1e-30] {
      for zeroPoint: Int16 in isAsymmetric ? [0, 3, 255] : [0] {
        let parameters = QuantizationParameters(
          scales: [Float](repeating: scale, count: blocks),
          zeroPoints: [Int16](repeating: zeroPoint, count: isAsymmetric ? blocks : 0))
        let expected = try CodeMatrix.quantize(
          values, as: type, with: parameters, QuantizationOptions(), Self.portable)
        for execution in Self.others {
          let matrix = try CodeMatrix.quantize(
            values, as: type, with: parameters, QuantizationOptions(), execution)
          #expect(matrix == expected, "scale \(scale), zero point \(zeroPoint)")
        }
      }
    }
  }

  @Test(arguments: ["int8-row", "int8-column", "int8-tensor", "int8-block32x32", "int4-group32"])
  func theFirstOfSeveralThatAreNotFiniteIsNamed(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let values = Matrix<Float>(rows: 70, columns: 320) { row, column in
      switch (row, column) {
      case (41, 3): .nan
      case (40, 319): -.infinity
      case (40, 317): .infinity
      default: 1
      }
    }
    for execution in Self.others + [Self.portable] {
      #expect(throws: QuantizationError.notFinite(.infinity, row: 40, column: 317)) {
        try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution)
      }
    }
  }

  @Test func theFirstRangeWithoutAScaleIsNamed() throws {
    let type = UInt8Activations.type
    let values = Matrix<Float>(rows: 9, columns: 40) { row, column in
      row > 4 && column < 2 ? (column == 0 ? -3e38 : 3e38) : 1
    }
    for execution in Self.others + [Self.portable] {
      let error = #expect(throws: QuantizationError.self) {
        try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution)
      }
      #expect(
        error == .rangeTooWide(minimum: -3e38, maximum: 3e38, blockRow: 5, blockColumn: 0))
    }
  }

  /// Rows with parameters of their own are what they are alone, also where they are widened first.
  @Test(arguments: ["int8-row", "int4-group32", "uint4-group32"])
  func rowsAreWhatTheyAreAlone(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let values = Samples.matrix(75, 700).converted(to: BFloat16.self)
    let whole = try CodeMatrix.quantize(values, as: type, QuantizationOptions(), .threads(2))
    for row in [0, 22, 23, 24, 45, 46, 74] {
      let alone = Matrix<BFloat16>(rows: 1, columns: 700) { values[row, $1] }
      let expected = try CodeMatrix.quantize(alone, as: type, QuantizationOptions(), .threads(1))
      #expect(try whole.slice(rows: row..<row + 1, columns: 0..<700) == expected, "row \(row)")
    }
  }

  private static let ternary = Catalog.types.filter {
    $0.rule == .meanMagnitude && $0.mapping.codes == nil && $0.mapping.scale == .float32
  }

  /// Scales of ternary codes are the means of their blocks' magnitudes: as a plain loop in `Double` has them, whose
  /// `n` roundings and those of a sum in another order are 2⁻⁵³ of the sum each, but for the last, to `Float`.
  @Test(arguments: ternary, [1, 3]) func meansOfMagnitudes(type: QuantizedType, threads: Int) throws
  {
    for (rows, columns) in [(1, 1), (3, 37), (150, 70)] {
      let values = Samples.matrix(rows, columns, seed: 5)
      let (grid, execution) = (BlockGrid(values.shape, type.block), Execution.threads(threads))
      let found = try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution)
      let narrow = values.converted(to: Float16.self)
      let half = try CodeMatrix.quantize(narrow, as: type, QuantizationOptions(), execution)
      for block in 0..<grid.extent.count {
        let rows = grid.rows(ofBlock: block / grid.extent.columns)
        let columns = grid.columns(ofBlock: block % grid.extent.columns)
        for (scale, values) in [
          (found.scales[block], values), (half.scales[block], narrow.converted()),
        ] {
          var sum = 0.0
          for row in rows { for column in columns { sum += Double(values[row, column].magnitude) } }
          let count = rows.count * columns.count
          let mean = sum / Double(count)
          let bound = mean * (0x1p-24 + Double(2 * count + 1) * 0x1p-53)
          #expect(abs(Double(scale) - mean) <= bound, "block \(block) of \(count)")
        }
      }
    }
  }
}
