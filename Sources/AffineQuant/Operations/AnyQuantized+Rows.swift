extension AnyQuantized {
  /// Some rows, in the order of their numbers; exact, since a row moves with its scales.
  ///
  /// - Throws: ``QuantizationError/shape(_:)``: rows that share their scales, or a number out of range.
  package func rows(inOrder numbers: [Int]) throws(QuantizationError) -> AnyQuantized {
    guard core.grid.block.rows == 1 else {
      throw .shape(.misaligned(axis: "row", position: 1, block: core.grid.block.rows))
    }
    for number in numbers where !(0..<shape.rows).contains(number) {
      throw .shape(.outOfRange(axis: "row", index: number, extent: shape.rows))
    }
    let shape = Shape(numbers.count, shape.columns)
    let origin = Shape(0, core.grid.origin.columns)
    let blocks = core.grid.extent.columns
    return AnyQuantized(
      CodeMatrix(
        type: core.type, grid: BlockGrid(shape, core.grid.block, origin: origin),
        codes: core.codes.rows(numbers, of: core.rowBytes),
        scales: core.scales.rows(numbers, of: blocks),
        zeroPoints: core.zeroPoints.rows(numbers, of: blocks),
        biases: core.biases.rows(numbers, of: blocks)))
  }

  /// One matrix above the other; exact.
  ///
  /// - Throws: ``QuantizationError``: types or columns that differ, a block that would need two scales.
  package func joined(above other: AnyQuantized) throws(QuantizationError) -> AnyQuantized {
    guard quantizedType == other.quantizedType else {
      throw .typeMismatch(expected: quantizedType.name, found: other.quantizedType.name)
    }
    do { return AnyQuantized(try core.joined(above: other.core)) } catch { throw .shape(error) }
  }

  /// Some neighbouring rows; exact.
  ///
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  package func rows(_ range: Range<Int>) throws(ShapeError) -> AnyQuantized {
    AnyQuantized(try core.slice(rows: range, columns: 0..<shape.columns))
  }
}

extension Buffer {
  /// Rows of `width` elements by their numbers, or nothing of an empty buffer.
  fileprivate func rows(_ numbers: [Int], of width: Int) -> Buffer {
    guard count > 0 else { return self }
    let source = span
    return Buffer(count: numbers.count * width, zeroed: false) { rows in
      for (index, number) in numbers.enumerated() {
        var target = rows.part(index * width..<(index + 1) * width)
        target.copy(source.extracting(number * width..<(number + 1) * width))
      }
    }
  }
}
