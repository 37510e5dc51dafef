package import AffineQuant

extension Oracle {
  /// What quantizing gives by the written formulas: parameters a block, codes an element.
  package struct Quantized: Sendable {
    package var scales: [Float] = []
    package var zeroPoints: [Int16] = []
    package var biases: [Float] = []
    package var codes: [Int] = []
  }

  /// Quantizes float32 values by the type's own rule, with its smallest scale, all codes, to nearest even:
  /// loops and formulas of its own, with the roundings of the articles.
  package static func quantize(_ values: Matrix<Float>, as type: QuantizedType) -> Quantized {
    let (rows, columns, block) = (values.shape.rows, values.shape.columns, type.block)
    let width = block.columns == Block.whole ? 1 : (columns + block.columns - 1) / block.columns
    func index(_ row: Int, _ column: Int) -> Int {
      (block.rows == Block.whole ? 0 : row / block.rows) * width
        + (block.columns == Block.whole ? 0 : column / block.columns)
    }
    let count = index(rows - 1, columns - 1) + 1
    var (low, high) = (
      [Float](repeating: .infinity, count: count), [Float](repeating: -.infinity, count: count)
    )
    for row in 0..<rows {
      for column in 0..<columns {
        let place = index(row, column)
        low[place] = min(low[place], values[row, column])
        high[place] = max(high[place], values[row, column])
      }
    }
    var members = [[Float]](repeating: [], count: count)
    for row in 0..<rows {
      for column in 0..<columns { members[index(row, column)].append(values[row, column]) }
    }
    let blocks = (0..<count).map { BlockFormula(type, low[$0], high[$0], members[$0]) }
    var result = Quantized()
    result.scales = blocks.map(\.scale)
    if type.mapping.kind == .asymmetric { result.zeroPoints = blocks.map { Int16($0.zeroPoint) } }
    if type.mapping.kind == .biased { result.biases = blocks.map(\.bias) }
    for row in 0..<rows {
      for column in 0..<columns {
        result.codes.append(blocks[index(row, column)].code(values[row, column]))
      }
    }
    return result
  }
}
