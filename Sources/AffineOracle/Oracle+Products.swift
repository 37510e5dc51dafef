package import AffineQuant

extension Oracle {
  /// A product of two operands by its definition.
  package static func product(
    _ operation: MatrixOperation, _ first: ErasedOperand, _ second: ErasedOperand
  ) -> Values {
    product(operation, numbers(first), numbers(second))
  }

  /// A product of two matrices by its definition.
  package static func product(
    _ operation: MatrixOperation, _ first: Numbers, _ second: Numbers
  ) -> Values {
    switch operation {
    case .linear:
      sums(first.rows, second.rows, first.columns) { i, j, k in first[i, k] * second[j, k] }
    case .inputGradient:
      sums(first.rows, second.columns, first.columns) { i, j, k in first[i, k] * second[k, j] }
    case .weightGradient:
      sums(first.columns, second.columns, first.rows) { i, j, k in first[k, i] * second[k, j] }
    default: preconditionFailure("\(operation) is not a product")
    }
  }

  private static func sums(
    _ rows: Int, _ columns: Int, _ depth: Int, _ term: (Int, Int, Int) -> Double
  ) -> Values {
    var result = Values(values: [], magnitudes: [])
    for i in 0..<rows {
      for j in 0..<columns {
        var (value, magnitude) = (0.0, 0.0)
        for k in 0..<depth {
          let product = term(i, j, k)
          value += product
          magnitude += abs(product)
        }
        result.values.append(value)
        result.magnitudes.append(magnitude)
      }
    }
    return result
  }

  /// The bound of a product's error, for operands of some types.
  ///
  /// A float product decodes each operand with up to three roundings, multiplies and adds; a product
  /// of whole numbers has exact sums, and each of its slices up to five operations. Biases make terms
  /// that cancel, so the magnitudes are those of scaled codes and biases apart.
  package static func tolerance(depth: Int, _ precision: Precision = .float32) -> Tolerance {
    precision == .float32 ? .dot(roundings: depth + 8) : .brainDot(roundings: depth + 8)
  }

  /// The sum of the magnitudes of all terms of a product, with biases apart from scaled codes.
  package static func magnitudes(
    _ operation: MatrixOperation, _ first: ErasedOperand, _ second: ErasedOperand
  ) -> [Double] {
    product(operation, parts(first), parts(second)).values
  }

  /// Upper bounds of the magnitudes of what an operand's values are added up from.
  private static func parts(_ operand: ErasedOperand) -> Numbers {
    let exact = numbers(operand)
    guard case .quantized(let matrix) = operand else {
      return Numbers(rows: exact.rows, columns: exact.columns, values: exact.values.map { abs($0) })
    }
    // A bias may be added to a scaled code and cancel it, and what codes are centred by may be added apart:
    // both of an element's own block.
    let isCentred = matrix.zeroPoints.count > 0 || matrix.storage == .unsigned(bits: 8)
    let values = exact.values.indices.map { index in
      let block = blockIndex(matrix, index / exact.columns, index % exact.columns)
      var apart = matrix.biases.count > 0 ? Double(abs(matrix.biases[block])) : 0
      if isCentred {
        apart += Double(abs(matrix.scales[block])) * Double(matrix.storage.codes.count)
      }
      return abs(exact.values[index]) + 2 * apart
    }
    return Numbers(rows: exact.rows, columns: exact.columns, values: values)
  }
}
