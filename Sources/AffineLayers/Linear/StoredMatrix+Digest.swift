internal import AffineQuant

extension Digest {
  /// Takes what a matrix holds, as it is stored.
  package mutating func combine(_ stored: StoredMatrix) {
    combine([stored.shape.rows, stored.shape.columns])
    switch stored {
    case .float32(let matrix): combine(matrix.values)
    case .bfloat16(let matrix): combine(matrix.values)
    case .codes(let matrix):
      for byte in matrix.quantizedType.name.utf8 { combine(byte) }
      combine(matrix.core)
    }
  }

  private mutating func combine(_ matrix: CodeMatrix) {
    combine(matrix.codes)
    combine(matrix.zeroPoints)
    guard let coded = matrix.coded else {
      combine(matrix.scales)
      return combine(matrix.biases)
    }
    combine(coded.scales)
    if let biases = coded.biases { combine(biases) }
    if let mean = coded.mean { combine(Buffer([mean])) }
  }

  private mutating func combine(_ numbers: [Int]) { combine(Buffer(numbers)) }

  private mutating func combine<Value>(_ values: Buffer<Value>) {
    let bytes = values.bytes.span
    for index in bytes.indices { combine(bytes[index]) }
  }
}
