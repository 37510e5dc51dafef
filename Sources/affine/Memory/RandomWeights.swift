import AffineLayers
import AffineQuant

/// Weights that nobody trained: they cost what those of a trained model cost.
final class RandomWeights: DecoderWeights {
  let configuration: DecoderConfiguration
  private let format: WeightFormat
  private let execution: Execution
  /// The layers of all blocks are copies of those of one.
  private var blockMatrices: [Shape: StoredMatrix] = [:]

  init(_ configuration: DecoderConfiguration, _ format: WeightFormat, _ execution: Execution) {
    self.configuration = configuration
    self.format = format
    self.execution = execution
  }

  func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    let shape = configuration.shape(of: tensor)
    guard shape.rows > 1 else {
      return .float32(Matrix(rows: 1, columns: shape.columns) { _, _ in 1 })
    }
    guard case .weight(.linear) = tensor else { return try matrix(shape) }
    if let made = blockMatrices[shape] { return made }
    let made = try matrix(shape)
    blockMatrices[shape] = made
    return made
  }

  /// Uniform numbers, of which a product with numbers of variance 1 has variance 1.
  private func matrix(_ shape: Shape) throws -> StoredMatrix {
    let scale = (3 / Float(shape.columns)).squareRoot() * 0x1p-31
    let floats = Matrix(rows: shape.rows, columns: shape.columns) { row, column in
      let word = SplitMix.word(1, row * shape.columns + column)
      return Float(Int32(truncatingIfNeeded: word >> 32)) * scale
    }
    guard let type = format.type else { return .float32(floats) }
    return .codes(try AnyQuantized(quantizing: floats, as: type, on: execution))
  }
}
