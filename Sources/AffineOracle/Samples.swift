package import AffineQuant

/// Matrices to test with.
package enum Samples {
  /// Values around zero, of magnitudes that differ from row to row.
  package static func matrix(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    let scales = (0..<rows).map { _ in Float.random(in: 0.1...10, using: &random) }
    return Matrix(rows: rows, columns: columns) { row, _ in
      // The sum of three uniform numbers: nearly normal, and bounded.
      let sum = (0..<3).reduce(Float(0)) { sum, _ in sum + .random(in: -1...1, using: &random) }
      return sum * scales[row]
    }
  }

  /// The same, without negative values for a type that has none.
  package static func matrix(
    _ rows: Int, _ columns: Int, for type: QuantizedType, seed: UInt64
  ) -> Matrix<Float> {
    let values = matrix(rows, columns, seed: seed)
    guard case .codebook(let map) = type.mapping.kind, map.values[0] >= 0 else { return values }
    return Matrix(rows: rows, columns: columns) { values[$0, $1].magnitude }
  }

  /// Codes drawn from all that a type holds, or only its extremes, with scales of either sign.
  package static func codes(
    _ rows: Int, _ columns: Int, _ type: QuantizedType, extremes: Bool = false, seed: UInt64 = 1
  ) -> CodeMatrix {
    var random = SplitMix64(seed: seed)
    let range = type.storage.codes
    let width = type.storage.byteCount(columns: columns)
    var bytes = [UInt8](repeating: 0, count: rows * width)
    for row in 0..<rows {
      for column in 0..<columns {
        var code =
          extremes
          ? (Bool.random(using: &random) ? range.lowerBound : range.upperBound)
          : Int.random(in: range, using: &random)
        // Of 8-bit floats only finite ones: below the largest exponent.
        if !type.storage.isInteger, type.storage.bits == 8 { code &= 0xb7 }
        for bit in 0..<type.storage.bits where code >> bit & 1 == 1 {
          let position = column * type.storage.bits + bit
          bytes[row * width + position / 8] |= 1 << UInt8(position % 8)
        }
      }
    }
    let grid = BlockGrid(Shape(rows, columns), type.block)
    let blocks = grid.extent.count
    let scales = (0..<blocks).map { _ in
      // Powers of two: every scale format holds them, and either sign but for E8M0.
      let scale: Float = [0.25, 0.5, 1, 2].randomElement(using: &random) ?? 1
      return type.mapping.scale != .e8m0 && Bool.random(using: &random) ? -scale : scale
    }
    let isAsymmetric = type.mapping.kind == .asymmetric
    let zeroPoints = (0..<(isAsymmetric ? blocks : 0)).map { _ in
      Int16(Int.random(in: range, using: &random))
    }
    let biases = (0..<(type.mapping.kind == .biased ? blocks : 0)).map { _ in
      Float(Int.random(in: -8...8, using: &random)) / 4
    }
    if let scaleType = type.scaleType {
      // Codes of scales likewise, of all that there are, with powers of two.
      func scales(_ seed: UInt64) -> CodeMatrix {
        codes(grid.extent.rows, grid.extent.columns, scaleType, extremes: extremes, seed: seed)
      }
      let biases = type.mapping.kind == .biased ? scales(seed &+ 2) : nil
      let parts = CodeMatrix.Parts(
        codes: Buffer(bytes),
        coded: QuantizedScales(
          scales: scales(seed &+ 1), biases: biases,
          mean: type.mapping.codes?.table == nil ? nil : 1.5))
      return matrix(type, grid, parts)
    }
    let parts = CodeMatrix.Parts(
      codes: Buffer(bytes), scales: Buffer(scales), zeroPoints: Buffer(zeroPoints),
      biases: Buffer(biases))
    return matrix(type, grid, parts)
  }

  private static func matrix(
    _ type: QuantizedType, _ grid: BlockGrid, _ parts: CodeMatrix.Parts
  ) -> CodeMatrix {
    do { return try CodeMatrix(type: type, grid: grid, parts: parts) } catch {
      preconditionFailure("samples of \(type.name): \(error)")
    }
  }
}
