public import AffineQuant

/// What the weight of a linear layer is made of, outputs × inputs.
public enum LinearWeight: Sendable {
  /// Floats.
  case float(Matrix<Float>)
  /// Codes, with inputs that stay floats or are quantized on every call.
  case quantized(PackedWeight)
  /// Codes, with inputs quantized by parameters that were found before: static quantization.
  case fixed(PackedWeight, inputs: QuantizedType, parameters: QuantizationParameters)
  /// Codes, with outliers of the inputs multiplied as floats: LLM.int8().
  case outliers(OutlierWeight)

  /// Outputs and inputs.
  public var shape: Shape {
    switch self {
    case .float(let matrix): matrix.shape
    case .quantized(let packed), .fixed(let packed, _, _): packed.shape
    case .outliers(let weight): weight.shape
    }
  }

  /// The weight's values as floats, outputs × inputs.
  public var values: Matrix<Float> {
    switch self {
    case .float(let matrix): matrix
    case .quantized(let packed), .fixed(let packed, _, _): packed.unpacked.dequantized()
    case .outliers(let weight): weight.quantized.dequantized()
    }
  }

  /// Bytes that the weight takes in a file.
  public var byteCount: Int {
    switch self {
    case .float(let matrix): matrix.shape.count * MemoryLayout<Float>.stride
    case .quantized(let packed), .fixed(let packed, _, _):
      packed.quantizedType.byteCount(of: packed.shape)
    case .outliers(let weight): weight.byteCount
    }
  }

  func product(
    _ input: Matrix<Float>, _ execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    switch self {
    case .float(let matrix):
      do { return try linear(input, matrix, on: execution) } catch { throw .shape(error) }
    case .quantized(let packed): return try packed.linear(input, on: execution)
    case .outliers(let weight): return try weight.linear(input, on: execution)
    case .fixed(let packed, let type, let parameters):
      let codes = try AnyQuantized(quantizing: input, as: type, with: parameters, on: execution)
      return try packed.linear(codes, on: execution)
    }
  }
}
