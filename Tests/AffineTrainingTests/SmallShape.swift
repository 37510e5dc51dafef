import AffineLayers
import AffineTraining

/// The extents and choices of a small decoder, to be changed one by one.
struct SmallShape {
  enum Positions: CaseIterable, Sendable { case learned, rotary }

  var vocabulary: Int
  var width = 128
  var layers = 2
  var heads = 4
  var keyValueHeads = 4
  var context = 64
  var hidden = 512
  var norm = DecoderConfiguration.Norm.layer
  var activation = DecoderConfiguration.Activation.gelu
  var positions = Positions.learned
  var isTied = false
  var dropout: Float = 0

  init(vocabulary: Int) { self.vocabulary = vocabulary }

  var configuration: DecoderConfiguration {
    get throws {
      var configuration = try DecoderConfiguration(
        vocabulary: vocabulary, width: width, layers: layers, heads: heads,
        keyValueHeads: keyValueHeads, feedForward: hidden, context: context)
      (configuration.norm, configuration.activation) = (norm, activation)
      (configuration.isTied, configuration.learnsPositions) = (isTied, positions == .learned)
      if positions == .learned {
        for block in configuration.blocks.indices { configuration.blocks[block].rotary = nil }
      }
      return configuration
    }
  }
}

extension Transformer {
  init(_ shape: SmallShape, recipe: Recipe, seed: UInt64) throws {
    try self.init(shape.configuration, dropout: shape.dropout, recipe: recipe, seed: seed)
  }
}
