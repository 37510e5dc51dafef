extension AnyQuantized {
  /// Signed codes with those cleared where a mask is 0, and all scales times a factor: dropout on codes.
  ///
  /// - Precondition: The mapping is symmetric, codes are bytes, and the mask has this shape.
  package func masked(by mask: Matrix<Float>, scale factor: Float) -> AnyQuantized {
    precondition(mask.shape == shape && quantizedType.storage == .signed(bits: 8))
    let (source, keeps, scales) = (core.codes.span, mask.values.span, core.scales.span)
    let codes = Buffer<UInt8>(count: source.count, zeroed: false) { codes in
      for index in codes.indices { codes[index] = keeps[index] == 0 ? 0 : source[index] }
    }
    let grown = Buffer<Float>(count: scales.count, zeroed: false) { grown in
      for index in grown.indices { grown[index] = scales[index] * factor }
    }
    return AnyQuantized(
      CodeMatrix(
        type: core.type, grid: core.grid, codes: codes, scales: grown, zeroPoints: core.zeroPoints,
        biases: core.biases))
  }
}
