internal import AffineFormats
internal import AffineLayers
internal import AffineQuant

/// The tensors of a BERT model in a file, some of them perhaps quantized.
struct BertTensors {
  let file: SafeTensorsFile
  private var used: Set<ByteName>

  /// What files of whole checkpoints have beside the encoder, and embeddings of texts do not need.
  static let beside = [
    "embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias",
  ]

  /// - Throws: ``BertError/prefixedTensors(_:)``, for the encoder as a part of another model.
  init(
    _ file: SafeTensorsFile, _ architecture: EncoderArchitecture
  ) throws(BertError) {
    let prefix = "\(architecture.name)."
    guard file.header["\(prefix)embeddings.LayerNorm.weight"] == nil else {
      throw .prefixedTensors(prefix)
    }
    self.file = file
    used = Set(Self.beside.map(ByteName.init))
  }

  /// What nobody has read would be missing from what the model computes.
  func requireNothingElse(_ configuration: BertConfiguration) throws(BertError) {
    for name in file.names where !used.contains(ByteName(name)) {
      throw .unusedTensor(name, layers: configuration.layers)
    }
  }

  /// Notes that a tensor is read.
  mutating func use(_ name: String) { used.insert(ByteName(name)) }

  /// A float matrix of known shape; a vector is one row.
  mutating func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(BertError) -> Matrix<
    Float
  > {
    guard !file.isQuantized(name) else {
      return try codes(name, rows, columns).dequantized()
    }
    let matrix: Matrix<Float>
    do { matrix = try file.matrix(name) } catch { throw .tensors(error) }
    use(name)
    try check(name, matrix.shape, rows, columns)
    return matrix
  }

  /// A weight of floats or codes.
  mutating func weight(_ name: String, _ rows: Int, _ columns: Int) throws(BertError)
    -> LinearWeight
  {
    file.isQuantized(name)
      ? .quantized(PackedWeight(try codes(name, rows, columns)))
      : .float(try matrix(name, rows, columns))
  }

  /// A linear layer, from `name.weight` and `name.bias`.
  mutating func linear(_ name: String, outputs: Int, inputs: Int) throws(BertError) -> Linear {
    let bias = try matrix("\(name).bias", 1, outputs)
    let weight = "\(name).weight"
    let kind =
      file.isQuantized(weight)
      ? try self.weight(name, codes(weight, outputs, inputs))
      : .float(try matrix(weight, outputs, inputs))
    let factors = try inputFactors(name, inputs)
    do { return try Linear(kind, bias: bias, inputFactors: factors) } catch {
      throw .layer(name: name, error)
    }
  }

  /// A norm, from `name.weight` and `name.bias`.
  mutating func norm(_ name: String, _ configuration: BertConfiguration) throws(BertError) -> Norm {
    let width = configuration.width
    return Norm(
      .layer, epsilon: configuration.normEpsilon, weight: try matrix("\(name).weight", 1, width),
      bias: try matrix("\(name).bias", 1, width), divisors: try divisors(name, width))
  }

  /// The embedding of each place, plus that of the first kind of text: all texts are of it.
  mutating func places(_ configuration: BertConfiguration) throws(BertError) -> Matrix<Float> {
    let (rows, width) = (configuration.positions, configuration.width)
    let positions = try matrix("embeddings.position_embeddings.weight", rows, width)
    guard configuration.architecture.hasTokenTypes else { return positions }
    let types = try matrix(Self.tokenTypes, configuration.tokenTypes, width)
    return Matrix(rows: rows, columns: width) { positions[$0, $1] + types[0, $1] }
  }

  /// The embeddings of kinds of text.
  static let tokenTypes = "embeddings.token_type_embeddings.weight"

  private mutating func codes(
    _ name: String, _ rows: Int, _ columns: Int
  ) throws(BertError) -> AnyQuantized {
    let matrix: AnyQuantized
    do { matrix = try file.quantized(name) } catch { throw .tensors(error) }
    for part in SafeTensorsWriter.partNames(of: name, matrix.quantizedType) { use(part) }
    try check(name, matrix.shape, rows, columns)
    return matrix
  }

  private func check(
    _ name: String, _ found: Shape, _ rows: Int, _ columns: Int
  ) throws(BertError) {
    guard found == Shape(rows, columns) else {
      throw .wrongShape(tensor: name, expected: Shape(rows, columns), found: found)
    }
  }
}
