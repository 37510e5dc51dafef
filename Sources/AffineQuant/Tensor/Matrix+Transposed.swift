extension Matrix {
  /// The transpose, `n × m` of `m × n`.
  ///
  /// - Complexity: O(rows · columns), on one thread; blocks of both matrices lie in a cache.
  public func transposed() -> Matrix {
    let turned: Buffer<Element> =
      switch MemoryLayout<Element>.stride {
      case 4: values.bytes.viewed(as: UInt32.self).turned(shape).bytes.viewed(as: Element.self)
      case 2: values.bytes.viewed(as: UInt16.self).turned(shape).bytes.viewed(as: Element.self)
      default: values.turned(shape)
      }
    return Matrix(validated: Shape(shape.columns, shape.rows), turned)
  }
}

extension Buffer {
  /// The elements of a matrix of this shape, column by column.
  fileprivate func turned(_ shape: Shape) -> Buffer {
    // Of 4-byte elements whole cache lines, half of one of 2-byte elements: a block of both matrices has few.
    let (rows, columns, block) = (shape.rows, shape.columns, 16)
    return Buffer(count: count, zeroed: false) { output in
      let source = span
      for top in stride(from: 0, to: rows, by: block) {
        let bottom = Swift.min(top + block, rows)
        for left in stride(from: 0, to: columns, by: block) {
          for column in left..<Swift.min(left + block, columns) {
            for row in top..<bottom {
              output[column * rows + row] = source[row * columns + column]
            }
          }
        }
      }
    }
  }
}
