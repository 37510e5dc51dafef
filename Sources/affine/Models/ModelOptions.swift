public import AffineLayers
public import AffineTraining
public import ArgumentParser

/// The extents of a model, and what its tokens are.
struct ModelOptions: ParsableArguments {
  @Option(help: "What a token is: bytes (usual) or characters.") var unit: TextUnit?
  @Option(help: "Columns of the residual stream; usually 128.") var width: Int?
  @Option(help: "Blocks of attention and feed-forward; usually 2.") var layers: Int?
  @Option(help: "Heads of attention; usually 4.") var heads: Int?
  @Option(help: "Heads of keys and values; by default as many as --heads.") var keyValueHeads: Int?
  @Option(help: "Tokens of a sequence; usually 64, and 256 of a model that is trained on.")
  var context: Int?
  @Option(help: "Columns inside of feed-forward layers; by default 4 times --width.")
  var feedForward: Int?
  @Option(help: "What normalizes rows: layer (usual), rms or range.")
  var norm: DecoderConfiguration.Norm?
  @Option(help: "The function of feed-forward layers; usually gelu.")
  var activation: DecoderConfiguration.Activation?
  @Option(help: "How a token knows its place: learned (usual) or rotary.")
  var positions: Positions?
  @Flag(help: "Use the embedding's table as head.") var tied = false
  @Option(help: "What part of values dropout drops.") var dropout: Float = 0

  /// What a token of a new model is.
  var tokenUnit: TextUnit { unit ?? .bytes }
  /// Tokens of a sequence of a new model.
  var sequence: Int { context ?? 64 }

  /// - Throws: ``DecoderError``.
  func configuration(vocabulary: Int) throws -> DecoderConfiguration {
    let width = width ?? 128
    var configuration = try DecoderConfiguration(
      vocabulary: vocabulary, width: width, layers: layers ?? 2, heads: heads ?? 4,
      keyValueHeads: keyValueHeads,
      feedForward: feedForward ?? width.multipliedReportingOverflow(by: 4).partialValue,
      context: sequence)
    configuration.norm = norm ?? .layer
    configuration.activation = activation ?? .gelu
    configuration.isTied = tied
    configuration.learnsPositions = positions != .rotary
    if configuration.learnsPositions {
      for block in configuration.blocks.indices { configuration.blocks[block].rotary = nil }
    }
    return configuration
  }

  /// The first option that says what a model of a file says itself.
  var firstOfNewModel: String? {
    let said: [(String, Bool)] = [
      ("--unit", unit != nil), ("--width", width != nil), ("--layers", layers != nil),
      ("--heads", heads != nil), ("--key-value-heads", keyValueHeads != nil),
      ("--feed-forward", feedForward != nil), ("--norm", norm != nil),
      ("--activation", activation != nil), ("--positions", positions != nil), ("--tied", tied),
    ]
    return said.first { $0.1 }?.0
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
