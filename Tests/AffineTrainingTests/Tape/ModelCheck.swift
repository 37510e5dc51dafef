import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// A small model on a few tokens, and its gradients beside central differences of its definition.
struct ModelCheck {
  var model: Transformer
  let tokens = [3, 0, 6, 3, 1, 5, 2, 2, 4, 0]
  let targets = [0, 6, 3, -1, 2, 2, 2, 4, 0, 1]
  let sequence = 5

  /// The roundings on the longest way: forward a norm has about 20 and a product 8 to 11, attention 35
  /// and an activation 16, which is 130 a block and half as much again backward; two blocks, the last
  /// norm, the head and the loss.
  static let roundings = 2 * (130 + 195) + 50
  /// The same with norms of heads and of results, caps, scales and biases: 60 more a block, and half as much
  /// again backward.
  static let roundingsOfAll = roundings + 2 * (60 + 90)

  /// A shape whose extents are all different and no powers of two but the width.
  static func shape(
    _ norm: DecoderConfiguration.Norm, _ activation: DecoderConfiguration.Activation,
    _ positions: SmallShape.Positions, isTied: Bool
  ) -> SmallShape {
    var shape = SmallShape(vocabulary: 7)
    (shape.width, shape.layers, shape.heads, shape.keyValueHeads) = (8, 2, 4, 2)
    (shape.context, shape.hidden) = (6, 11)
    (shape.norm, shape.activation, shape.positions) = (norm, activation, positions)
    shape.isTied = isTied
    return shape
  }

  /// Gives every parameter that is not frozen values of the size that training leads to: rows of
  /// norm 1, and gains and biases that differ from column to column.
  init(_ shape: SmallShape, seed: UInt64) throws {
    model = try Transformer(shape, recipe: .float32, seed: seed)
    scatter(seed: seed)
  }

  /// The same for choices that no shape has.
  init(_ configuration: DecoderConfiguration, seed: UInt64) throws {
    model = try Transformer(configuration, recipe: .float32, seed: seed)
    scatter(seed: seed)
  }

  /// A model as it starts under a recipe.
  init(_ shape: SmallShape, _ recipe: Recipe, seed: UInt64) throws {
    model = try Transformer(shape, recipe: recipe, seed: seed)
  }

  /// The gradients under a recipe.
  func gradients(_ recipe: Recipe) throws -> [Matrix<Float>?] {
    try model.gradients(
      tokens, targets: targets, sequence: sequence, recipe: recipe,
      on: Tape(seed: 1, flow: recipe.flow)
    ).gradients
  }

  /// The definition of the model.
  var definition: DoubleDecoder {
    DoubleDecoder(
      model.configuration,
      Dictionary(
        uniqueKeysWithValues: model.parameters.map {
          ($0.name, DoubleMatrix($0.value.floats()))
        }))
  }

  mutating func scatter(seed: UInt64) {
    for (index, parameter) in model.parameters.enumerated() where !parameter.isFrozen {
      let (rows, columns) = (parameter.shape.rows, parameter.shape.columns)
      let normal = Numbers.normal(rows, columns, seed: seed &+ UInt64(100 * index))
      let (shift, factor): (Float, Float) =
        rows > 1
        ? (0, 1 / Float(columns).squareRoot())
        : parameter.name.hasSuffix("weight") ? (1, 0.3) : (0, 0.3)
      model.parameters[index].value = .float32(
        Matrix(rows: rows, columns: columns) { shift + factor * normal[$0, $1] })
    }
  }

  /// Compares the loss, and along random directions of norm 1 the gradient by each parameter.
  ///
  /// A rounding moves a gradient by at most 2⁻²⁴ of its norm, to first order and as far as layers do
  /// not amplify what they get; differences err by far less (see ``DoubleSlopes``).
  func callAsFunction(
    seed: UInt64, adapterFactor: Double = 0, roundings: Int = Self.roundings,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    var definition = self.definition
    definition.adapterFactor = adapterFactor
    let expected = definition.loss(tokens, targets: targets, sequence: sequence)
    let result = try model.gradients(
      tokens, targets: targets, sequence: sequence, recipe: .float32, on: Tape())
    let unit = Double(roundings) * 0x1p-24
    #expect(abs(result.loss - expected) <= unit * (1 + expected), sourceLocation: location)
    for (parameter, gradient) in zip(model.parameters, result.gradients) {
      if parameter.isFrozen {
        #expect(gradient == nil, "\(parameter.name)", sourceLocation: location)
        continue
      }
      let gradient = try #require(gradient, sourceLocation: location)
      let norm = Self.norm(gradient, of: parameter, in: model, result.gradients)
      for part in 0..<3 as Range<UInt64> {
        let direction = Self.direction(parameter.shape, seed: seed &+ 1000 * part)
        let slope = slope(definition, parameter.name, direction)
        let found = zip(gradient.values.array, direction.values).reduce(0) {
          $0 + Double($1.0) * $1.1
        }
        #expect(
          abs(found - slope) <= unit * norm + 1e-10, "\(parameter.name), norm \(norm)",
          sourceLocation: location)
      }
    }
  }

  /// The norm of a gradient, or of what it sums.
  ///
  /// A bias of keys that do not turn moves all scores of a row alike, and so nothing: its gradient is what roundings leave
  /// of rows that cancel, whose size that of the weight has.
  static func norm(
    _ gradient: Matrix<Float>, of parameter: Parameter, in model: Transformer,
    _ gradients: [Matrix<Float>?]
  ) -> Double {
    var summed = [gradient]
    if parameter.name.hasSuffix("k_proj.bias"),
      let place = model.parameters.firstIndex(where: {
        $0.name == parameter.name.replacing("bias", with: "weight")
      })
    {
      summed += [gradients[place]].compactMap(\.self)
    }
    return summed.map { Numbers.doubles($0).reduce(0) { $0 + $1 * $1 }.squareRoot() }.max() ?? 0
  }

  private static func direction(_ shape: Shape, seed: UInt64) -> DoubleMatrix {
    let normal = DoubleMatrix(Numbers.normal(shape.rows, shape.columns, seed: seed))
    let norm = normal.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return normal.map { $0 / norm }
  }

  private func slope(
    _ definition: DoubleDecoder, _ name: String, _ direction: DoubleMatrix
  ) -> Double {
    let step = 1e-5
    func loss(_ distance: Double) -> Double {
      var moved = definition
      moved.parameters[name] = definition.parameters[name].map {
        DoubleLayers.add($0, direction.map { $0 * distance })
      }
      return moved.loss(tokens, targets: targets, sequence: sequence)
    }
    return (loss(step) - loss(-step)) / (2 * step)
  }
}
