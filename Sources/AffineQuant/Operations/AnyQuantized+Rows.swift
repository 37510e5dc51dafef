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
    return AnyQuantized(core.reordered(numbers))
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

extension CodeMatrix {
  /// Some rows of a matrix whose rows share no scale, or all the same.
  fileprivate func reordered(_ numbers: [Int]) -> CodeMatrix {
    let shape = Shape(numbers.count, shape.columns)
    let origin = Shape(0, grid.origin.columns)
    let blocks = grid.extent.columns, isShared = grid.block.rows == Block.whole
    func rows<Value>(_ values: Buffer<Value>) -> Buffer<Value> {
      isShared && !numbers.isEmpty ? values : values.rows(numbers, of: blocks)
    }
    return CodeMatrix(
      type: type, grid: BlockGrid(shape, grid.block, origin: origin),
      codes: codes.rows(numbers, of: rowBytes), scales: rows(scales), zeroPoints: rows(zeroPoints),
      biases: rows(biases), coded: coded?.map { $0.reordered(numbers) })
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
