import AffineLayers
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
  @Option(help: "What normalizes rows.") var norm = TransformerShape.Norm.layer
  @Option(help: "The function of feed-forward layers.")
  var activation = TransformerShape.Activation.gelu
  @Option(help: "How a token knows its place.") var positions = TransformerShape.Positions.learned
  @Flag(help: "Use the embedding's table as head.") var tied = false
  @Option(help: "What part of values dropout drops.") var dropout: Float = 0

  func shape(vocabulary: Int) -> TransformerShape {
    var shape = TransformerShape(vocabulary: vocabulary)
    shape.width = width
    shape.layers = layers
    shape.heads = heads
    shape.keyValueHeads = keyValueHeads ?? heads
    shape.context = context
    shape.hidden = hidden ?? width.multipliedReportingOverflow(by: 4).partialValue
    shape.norm = norm
    shape.activation = activation
    shape.positions = positions
    shape.isTied = tied
    shape.dropout = dropout
    return shape
  }
}

extension TextUnit: ExpressibleByArgument {}
extension TransformerShape.Norm: ExpressibleByArgument {}
extension TransformerShape.Activation: ExpressibleByArgument {}
extension TransformerShape.Positions: ExpressibleByArgument {}
