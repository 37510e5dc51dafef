public import AffineLayers
public import AffineTraining
public import ArgumentParser

/// The extents of a model, and what its tokens are.
struct ModelOptions: ParsableArguments {
  @Option(help: "What a token is: bytes or characters.") var unit = TextUnit.bytes
  @Option(help: "Columns of the residual stream.") var width = 128
  @Option(help: "Blocks of attention and feed-forward.") var layers = 2
  @Option(help: "Heads of attention.") var heads = 4
  @Option(help: "Heads of keys and values; by default as many as --heads.") var keyValueHeads: Int?
  @Option(help: "Tokens of a sequence.") var context = 64
  @Option(help: "Columns inside of feed-forward layers; by default 4 times --width.") var hidden:
    Int?
  @Option(help: "What normalizes rows.") var norm = DecoderConfiguration.Norm.layer
  @Option(help: "The function of feed-forward layers.")
  var activation = DecoderConfiguration.Activation.gelu
  @Option(help: "How a token knows its place.") var positions = Positions.learned
  @Flag(help: "Use the embedding's table as head.") var tied = false
  @Option(help: "What part of values dropout drops.") var dropout: Float = 0

  /// - Throws: ``DecoderError``.
  func configuration(vocabulary: Int) throws -> DecoderConfiguration {
    var configuration = try DecoderConfiguration(
      vocabulary: vocabulary, width: width, layers: layers, heads: heads,
      keyValueHeads: keyValueHeads,
      feedForward: hidden ?? width.multipliedReportingOverflow(by: 4).partialValue,
      context: context)
    configuration.norm = norm
    configuration.activation = activation
    configuration.isTied = tied
    configuration.learnsPositions = positions == .learned
    if positions == .learned {
      for block in configuration.blocks.indices { configuration.blocks[block].rotary = nil }
    }
    return configuration
  }
}

/// How a token knows its place.
enum Positions: String, CaseIterable, ExpressibleByArgument {
  /// A trained vector for each place, or rotation.
  case learned, rotary
}

extension TextUnit: ExpressibleByArgument {}
extension DecoderConfiguration.Norm: ExpressibleByArgument {}
extension DecoderConfiguration.Activation: ExpressibleByArgument {}
