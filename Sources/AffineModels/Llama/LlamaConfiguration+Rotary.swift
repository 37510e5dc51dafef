internal import AffineFormats
internal import AffineLayers
internal import AffineQuant

extension DecoderConfiguration {
  /// The tensor of Llama 3's divisors of frequencies.
  static let divisorsName = "rope_freqs.weight"

  /// What frequencies are divided by: Llama 3 has a tensor of them, others one factor, both may be.
  static func divisors(_ file: GGUFFile, pairs: Int) throws -> [Double] {
    let factor = try linearFactor(file.metadata)
    guard let tensor = file[divisorsName] else {
      return factor == 1 ? [] : [Double](repeating: factor, count: pairs)
    }
    guard tensor.shape == Shape(1, pairs) else {
      throw DecoderError.wrongShape(
        divisorsName, expected: Shape(1, pairs), found: tensor.shape)
    }
    return try file.matrix(divisorsName).values.array.map { Double($0) * factor }
  }

  /// What positions are divided by; 1: nothing. A factor without a type is linear, and zero is none, as
  /// in llama.cpp; `scale_linear` is the older name.
  private static func linearFactor(_ metadata: GGUFMetadata) throws -> Double {
    let type = try metadata.ifPresent("llama.rope.scaling.type") { try $0.word($1) } ?? "linear"
    let read = { (metadata: GGUFMetadata, key: String) in try metadata.double(key) }
    let factor =
      try metadata.ifPresent("llama.rope.scaling.factor", read)
      ?? metadata.ifPresent("llama.rope.scale_linear", read) ?? 0
    switch type {
    case "none": return 1
    case "linear": return factor == 0 ? 1 : factor
    case let other: throw LlamaError.unsupported("positions scaled as '\(other)'")
    }
  }
}
