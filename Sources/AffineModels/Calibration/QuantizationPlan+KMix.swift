public import AffineLayers
internal import AffineQuant

extension QuantizationPlan {
  /// The types of llama.cpp's mix Q4_K_M, layer by layer.
  ///
  /// Values and the second feed-forward layer are Q6_K in the first and last eighth of the blocks and in
  /// every third between them, as is what makes logits; all else is Q4_K. Rows that are not whole blocks of
  /// 256 values are Q8_0 and Q5_0 instead.
  public static func rulesOfMixQ4KM(_ configuration: DecoderConfiguration) -> [Rule] {
    let count = configuration.blocks.count
    return configuration.linearLayers.compactMap { layer in
      let isFine =
        switch layer {
        case .head: true
        case .linear(let block, .value), .linear(let block, .down):
          block < count / 8 || block >= 7 * count / 8 || (block - count / 8) % 3 == 2
        default: false
        }
      let isWhole = configuration.shape(of: .weight(layer)).columns.isMultiple(of: 256)
      let type =
        isFine
        ? (isWhole ? Q6KWeight.type : halfScaled(.signed(bits: 8)))
        : (isWhole ? Q4KWeight.type : halfScaled(.signed(bits: 5)))
      return NamePattern(layer.name).map { Rule($0, as: type) }
    }
  }

  /// A scale in binary16 for 32 neighbours.
  private static func halfScaled(_ storage: CodeFormat) -> QuantizedType? {
    try? QuantizedType(
      storage, Block(rows: 1, columns: 32), MappingFormat(kind: .symmetric, scale: .float16))
  }
}
