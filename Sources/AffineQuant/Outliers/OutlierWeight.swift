/// A weight in codes that multiplies the outliers of activations as floats: LLM.int8().
///
/// Columns of the input with a value of at least ``threshold`` are multiplied in float; the others,
/// quantized to int8 a token at a time without them, with the codes. Which columns these are depends
/// on the whole batch.
///
/// Source: Dettmers et al., "LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale"
/// (arXiv 2208.07339).
public struct OutlierWeight: Sendable {
  /// Where the float weights of outliers come from.
  public enum Source: Sendable, Hashable {
    /// From the codes: no memory, and the error of the codes, as bitsandbytes has it.
    case codes
    /// From a copy of the weight beside the codes, as the paper has it.
    case copy(ElementType)
  }

  fileprivate enum Floats: Sendable {
    case codes
    case float32(Matrix<Float>)
    case float16(Matrix<Float16>)
    case bfloat16(Matrix<BFloat16>)
  }

  /// The magnitude from which a value is an outlier: 6 in the paper; infinity: none is; 0: none is
  /// looked for.
  public let threshold: Float
  /// The codes, as products with the rest of an input read them.
  private let packed: PackedWeight
  private let floats: Floats
  private var codes: CodeMatrix { packed.core }

  /// Quantizes a weight, and packs it once.
  ///
  /// - Parameters:
  ///   - weight: Outputs × inputs.
  ///   - type: The type of the codes, of scales that are constant along slices of a row.
  ///   - source: Where the float weights of outliers come from.
  ///   - threshold: From which magnitude a value is an outlier.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``OutlierError``: a threshold that is negative or NaN, a type or values that cannot be.
  public init(
    quantizing weight: Matrix<Float>, as type: QuantizedType = Int8Weight.type,
    source: Source = .copy(.bfloat16), threshold: Float = 6, on execution: Execution = .standard
  ) throws(OutlierError) {
    do {
      let matrix = try AnyQuantized(quantizing: weight, as: type, on: execution)
      try self.init(checked: matrix.core, Floats(weight, source, execution), threshold, execution)
    } catch let error as OutlierError {
      throw error
    } catch let error as QuantizationError {
      throw .quantization(error)
    } catch {
      preconditionFailure("an error of another kind: \(error)")
    }
  }

  /// Takes a weight that is quantized already, whose floats are those of its codes, and packs it once.
  ///
  /// - Parameters:
  ///   - weight: `n × k`, with scales that are constant along slices of a row.
  ///   - threshold: Columns of an input with a magnitude of so much or more are multiplied in float.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``OutlierError``: a threshold that is negative or NaN, scales a column.
  public init(
    _ weight: some QuantizedMatrix, threshold: Float = 6, on execution: Execution = .standard
  ) throws(OutlierError) {
    try self.init(checked: weight.erased.core, .codes, threshold, execution)
  }

  private init(
    checked codes: CodeMatrix, _ floats: Floats, _ threshold: Float, _ execution: Execution
  ) throws(OutlierError) {
    guard threshold >= 0 else { throw .threshold(threshold) }
    guard codes.type.block.isRowSliced else { throw .granularity(type: codes.type.name) }
    self.threshold = threshold
    self.floats = floats
    packed = PackedWeight(AnyQuantized(codes), inputs: Int8Activations.type, on: execution)
  }

  /// The rows and columns: outputs and inputs.
  public var shape: Shape { codes.shape }

  /// The codes, outputs × inputs.
  public var quantized: AnyQuantized { packed.unpacked }

  /// The bytes of codes, scales and the copy in floats, if there is one.
  ///
  /// With int8 codes a row and `K` inputs that is `1 + 4 / K` bytes a weight, and 2 more for a copy in
  /// bfloat16.
  public var byteCount: Int { codes.type.byteCount(of: shape) + floats.byteCount }

  /// `X · Wᵀ`.
  ///
  /// - Parameters:
  ///   - input: `m × k` activations.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: `m × n` values.
  /// - Throws: ``QuantizationError``: extents that differ, values that are not finite.
  public func linear(
    _ input: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    guard input.shape.columns == shape.columns else {
      throw .shape(.mismatchedDepth(lhs: input.shape.columns, rhs: shape.columns))
    }
    let outliers = OutlierColumns(in: input, threshold: threshold, on: execution)
    return try outliers.linear(input, on: execution) { (rest) throws(QuantizationError) in
      try packed.linear(rest, on: execution)
    } weights: { () throws(QuantizationError) in
      do throws(ShapeError) { return try weights(of: outliers, execution) } catch {
        throw .shape(error)
      }
    }
  }

  private func weights(
    of outliers: OutlierColumns, _ execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    switch floats {
    case .float32(let matrix): return try outliers.gathered(from: matrix, on: execution)
    case .float16(let matrix): return try outliers.gathered(from: matrix, on: execution)
    case .bfloat16(let matrix): return try outliers.gathered(from: matrix, on: execution)
    case .codes:
      // Of many columns all are read as rows, few one by one.
      guard outliers.columns.count < shape.columns / 16 else {
        let values: Matrix<Float> = codes.dequantized(execution)
        return try outliers.gathered(from: values, on: execution)
      }
      return try codes.values(ofColumns: outliers.columns, execution)
    }
  }
}

extension OutlierWeight.Floats {
  fileprivate init(
    _ weight: Matrix<Float>, _ source: OutlierWeight.Source, _ execution: Execution
  ) {
    switch source {
    case .codes: self = .codes
    case .copy(.float32): self = .float32(weight)
    case .copy(.float16): self = .float16(weight.converted(on: execution))
    case .copy(.bfloat16): self = .bfloat16(weight.converted(on: execution))
    }
  }

  fileprivate var byteCount: Int {
    switch self {
    case .codes: 0
    case .float32(let matrix): 4 * matrix.shape.count
    case .float16(let matrix): 2 * matrix.shape.count
    case .bfloat16(let matrix): 2 * matrix.shape.count
    }
  }
}
