public import AffineQuant

extension GGUFFile {
  /// The values of a tensor: leading dimensions fold into rows, a vector is one row.
  ///
  /// Of floats they are the file's where they lie, if it has them as float32; else each is what
  /// the reference implementation computes (gguf, `quants.dequantize`), bit for bit.
  ///
  /// - Throws: ``GGUFError``: no such tensor, or a type whose values cannot be computed here.
  public func matrix(_ name: String) throws(GGUFError) -> Matrix<Float> {
    let tensor = try tensor(name)
    let bytes = try bytes(of: name)
    let matrix: Matrix<Float>? =
      switch tensor.type {
      case .f32: try? Matrix(tensor.shape, bytes.viewed(as: Float.self))
      case .f16: try? Matrix(tensor.shape, bytes.viewed(as: Float16.self)).converted()
      case .bf16: try? Matrix(tensor.shape, bytes.viewed(as: BFloat16.self)).converted()
      default: try? tensor.type.block.map { try Matrix(tensor.shape, $0.values(bytes)) }
      }
    guard let matrix else {
      throw .unsupportedType(name: name, type: tensor.type, wanted: "a float matrix")
    }
    return matrix
  }

  /// The codes, scales and biases of a tensor, without a detour over floats.
  ///
  /// The type is the tensor type's ``GGUFTensorType/quantizedType``, and the values are those of
  /// ``matrix(_:)`` bit for bit: a block's scale times a group's is exact in float32. The codes of
  /// negative zero in MXFP4 become those of zero, as the reference reads them.
  ///
  /// - Parameters:
  ///   - name: The tensor's.
  ///   - rows: Rows of it that are wanted; `nil`: all.
  /// - Returns: Those rows.
  /// - Throws: ``GGUFError``: no such tensor, a type without codes, a scale that is not finite.
  /// - Precondition: The tensor has those rows.
  public func quantized(
    _ name: String, rows: Range<Int>? = nil
  ) throws(GGUFError) -> AnyQuantized {
    let tensor = try tensor(name)
    guard let block = tensor.type.block else {
      throw .unsupportedType(name: name, type: tensor.type, wanted: "a quantized matrix")
    }
    let (type, rows) = (block.quantizedType, rows ?? 0..<tensor.shape.rows)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= tensor.shape.rows, "\(rows) of \(name)")
    let (shape, bytes) = (Shape(rows.count, tensor.shape.columns), tensor.bytes(of: rows))
    let parts = block.parts(try self.bytes(of: name).part(bytes), shape)
    do {
      return AnyQuantized(
        try CodeMatrix(type: type, grid: BlockGrid(shape, type.block), parts: parts))
    } catch { throw .quantization(name: name, error) }
  }
}
