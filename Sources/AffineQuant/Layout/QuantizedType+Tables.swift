extension QuantizedType {
  /// Whether weights of this type are multiplied where they lie in panels: whole numbers, or places in a table
  /// that kernels look up, with scales along rows.
  package var liesInPanels: Bool {
    guard block.isRowSliced else { return false }
    if case .codebook(let map) = mapping.kind { return Self.isTame(map.values) }
    return true
  }

  /// What codes stand for, as kernels look it up: 16 values, or 256; `nil` for whole numbers.
  var productTable: Buffer<Float>? {
    decodingTable.map { values in
      Buffer(values + [Float](repeating: 0, count: productTableCount - values.count))
    }
  }

  var productTableCount: Int { storage.bits <= 4 ? 16 : 256 }

  /// Whether sums of 128 products with these values keep their digits and stay finite, whatever floats they
  /// meet, as those with small floats do.
  private static func isTame(_ values: [Float]) -> Bool {
    values.allSatisfy { $0 == 0 || (0x1p-24...0x1p16).contains($0.magnitude) }
  }
}

extension CodeFormat {
  /// Bits of the exponent of floats that lie in panels at their own bits, 6 or 8; 0 for everything else.
  func exponentBits(in form: PackedForm) -> Int {
    if case .float(let format) = self, form.bits == bits, bits > 4 {
      format.exponentBits
    } else {
      0
    }
  }
}
