package import AffineQuant

/// The definitions, in `Double` and plain loops. Nothing here calls a kernel.
package enum Oracle {
  /// A value and the sum of the magnitudes of what was added up for it.
  package struct Values: Sendable {
    package var values: [Double]
    package var magnitudes: [Double]
  }

  /// A float or quantized matrix as numbers.
  package struct Numbers: Sendable {
    package let rows, columns: Int
    package let values: [Double]

    package subscript(row: Int, column: Int) -> Double { values[row * columns + column] }
  }

  /// The values of an operand.
  package static func numbers(_ operand: ErasedOperand) -> Numbers {
    switch operand {
    case .float(.float32(let matrix)): numbers(matrix)
    case .float(.float16(let matrix)): numbers(matrix)
    case .float(.bfloat16(let matrix)): numbers(matrix)
    case .quantized(let matrix): numbers(matrix)
    }
  }

  /// The values of a float matrix.
  package static func numbers<Element>(_ matrix: Matrix<Element>) -> Numbers {
    let values = (0..<matrix.shape.count).map { Double(matrix.values[$0].float) }
    return Numbers(rows: matrix.shape.rows, columns: matrix.shape.columns, values: values)
  }

  /// The values of a quantized matrix whose rows are kept together.
  package static func numbers(_ matrix: CodeMatrix) -> Numbers {
    let (rows, columns) = (matrix.shape.rows, matrix.shape.columns)
    var values: [Double] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let code = bits(matrix, row, column)
        let block = blockIndex(matrix, row, column)
        let scale =
          matrix.coded.map { number($0.scales, block, $0.mean) } ?? Double(matrix.scales[block])
        switch matrix.type.mapping.kind {
        case .symmetric: values.append(scale * number(code, matrix.type.storage))
        case .asymmetric:
          let zero = Double(matrix.zeroPoints[block])
          values.append(scale * (number(code, matrix.type.storage) - zero))
        case .biased:
          let bias = matrix.coded?.biases.map { number($0, block) } ?? Double(matrix.biases[block])
          values.append(scale * number(code, matrix.type.storage) + bias)
        case .codebook(let map): values.append(scale * Double(map.values[code]))
        }
      }
    }
    return Numbers(rows: rows, columns: columns, values: values)
  }

  /// What a scale or bias stands for that is a code: times its own scale, rounded once; or a place in a table, and
  /// once more with the mean.
  private static func number(_ scales: CodeMatrix, _ block: Int, _ mean: Float? = nil) -> Double {
    let (row, column) = (block / scales.shape.columns, block % scales.shape.columns)
    let place = bits(scales, row, column), own = scales.scales[blockIndex(scales, row, column)]
    if case .codebook(let map) = scales.type.mapping.kind {
      return Double(Float(Double(map.values[place]) * Double(own)) + (mean ?? 0))
    }
    return Double(Float(number(place, scales.type.storage)) * own)
  }

  /// The whole number of a code, less its zero point.
  package static func integers(_ matrix: CodeMatrix) -> [Int64] {
    (0..<matrix.shape.rows).flatMap { row in
      (0..<matrix.shape.columns).map { column in
        let code = Int64(number(bits(matrix, row, column), matrix.type.storage))
        let hasZero = matrix.type.mapping.kind == .asymmetric
        return hasZero ? code - Int64(matrix.zeroPoints[blockIndex(matrix, row, column)]) : code
      }
    }
  }

  /// The block of an element, row of blocks by row of blocks.
  static func blockIndex(_ matrix: CodeMatrix, _ row: Int, _ column: Int) -> Int {
    let (block, origin) = (matrix.grid.block, matrix.grid.origin)
    let isWholeRow = block.columns == Block.whole
    let blockRow = block.rows == Block.whole ? 0 : (row + origin.rows) / block.rows
    let blockColumn = isWholeRow ? 0 : (column + origin.columns) / block.columns
    let last = matrix.shape.columns - 1
    let width = isWholeRow ? 1 : (last + origin.columns) / block.columns + 1
    return blockRow * width + blockColumn
  }

  /// The bits of a code, one by one from the row's stream.
  private static func bits(_ matrix: CodeMatrix, _ row: Int, _ column: Int) -> Int {
    let width = matrix.type.storage.bits
    let rowBits = (matrix.shape.columns * width + 7) / 8 * 8
    return (0..<width).reduce(0) { code, bit in
      let position = row * rowBits + column * width + bit
      return code | Int(matrix.codes[position / 8] >> UInt8(position % 8) & 1) << bit
    }
  }

  /// What the bits of a code stand for.
  private static func number(_ bits: Int, _ storage: CodeFormat) -> Double {
    switch storage {
    case .unsigned: Double(bits)
    case .signed(let width): Double(bits < 1 << (width - 1) ? bits : bits - 1 << width)
    case .ternary: Double(bits < 2 ? bits : bits - 4)
    case .float(.float8e4m3): smallFloat(bits, exponentBits: 4, mantissaBits: 3)
    case .float(.float8e5m2): smallFloat(bits, exponentBits: 5, mantissaBits: 2)
    case .float(.float6e3m2): smallFloat(bits, exponentBits: 3, mantissaBits: 2)
    case .float(.float6e2m3): smallFloat(bits, exponentBits: 2, mantissaBits: 3)
    case .float(.float4e2m1): smallFloat(bits, exponentBits: 2, mantissaBits: 1)
    }
  }

  private static func smallFloat(_ bits: Int, exponentBits: Int, mantissaBits: Int) -> Double {
    let mantissa = bits % (1 << mantissaBits)
    let exponent = bits >> mantissaBits % (1 << exponentBits)
    let bias = 1 << (exponentBits - 1) - 1
    let fraction = Double(mantissa) / Double(1 << mantissaBits) + (exponent == 0 ? 0 : 1)
    var value = fraction
    for _ in 0..<abs(max(exponent, 1) - bias) { value *= max(exponent, 1) > bias ? 2 : 0.5 }
    return bits >> (exponentBits + mantissaBits) == 1 ? -value : value
  }
}
