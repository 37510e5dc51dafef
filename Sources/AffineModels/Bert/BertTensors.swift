internal import AffineFormats
internal import AffineQuant

/// The tensors of a BERT model in a file, some of them perhaps quantized.
struct BertTensors {
  let file: SafeTensorsFile

  init(_ file: SafeTensorsFile) { self.file = file }

  /// A float matrix of known shape; a vector is one row.
  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(BertError) -> Matrix<Float> {
    guard !file.isQuantized(name) else {
      return try codes(name, rows, columns).dequantized()
    }
    let matrix: Matrix<Float>
    do { matrix = try file.matrix(name) } catch { throw .tensors(error) }
    try check(name, matrix.shape, rows, columns)
    return matrix
  }

  /// A weight of floats or codes.
  func weight(_ name: String, _ rows: Int, _ columns: Int) throws(BertError) -> LinearWeight {
    file.isQuantized(name)
      ? .quantized(PackedWeight(try codes(name, rows, columns)))
      : .float(try matrix(name, rows, columns))
  }

  /// A linear layer, from `name.weight` and `name.bias`.
  func linear(_ name: String, outputs: Int, inputs: Int) throws(BertError) -> Linear {
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
  func norm(_ name: String, _ configuration: BertConfiguration) throws(BertError) -> BertNorm {
    BertNorm(
      weight: try matrix("\(name).weight", 1, configuration.width),
      bias: try matrix("\(name).bias", 1, configuration.width),
      epsilon: configuration.normEpsilon, divisors: try divisors(name, configuration.width))
  }

  private func codes(
    _ name: String, _ rows: Int, _ columns: Int
  ) throws(BertError) -> AnyQuantized {
    let matrix: AnyQuantized
    do { matrix = try file.quantized(name) } catch { throw .tensors(error) }
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
