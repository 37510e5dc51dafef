public import AffineQuant

extension GGUFFile {
  /// The values of a tensor: leading dimensions fold into rows, a vector is one row.
  ///
  /// Of floats they are the file's where they lie, if it has them as float32; else each is what
  /// the reference implementation computes (gguf, `quants.dequantize`), bit for bit.
  ///
  /// `name` is the tensor's in the file.
  ///
  /// - Throws: ``GGUFError``: no such tensor, or a type whose values cannot be computed here.
  public func matrix(_ name: String) throws(GGUFError) -> Matrix<Float> {
    try matrix(name, rows: nil)
  }

  /// The same of some rows.
  ///
  /// - Precondition: They are rows of the tensor.
  package func matrix(_ name: String, rows: Range<Int>?) throws(GGUFError) -> Matrix<Float> {
    let tensor = try tensor(name)
    let (bytes, shape) = try part(rows, of: tensor)
    let matrix: Matrix<Float>? =
      switch tensor.type {
      case .f32: try? Matrix(shape, bytes.viewed(as: Float.self))
      case .f16: try? Matrix(shape, bytes.viewed(as: Float16.self)).converted()
      case .bf16: try? Matrix(shape, bytes.viewed(as: BFloat16.self)).converted()
      default: try? tensor.type.block.map { try Matrix(shape, $0.values(bytes)) }
      }
    guard let matrix else {
      throw .unsupportedType(name: name, type: tensor.type, wanted: "a float matrix")
    }
    return matrix
  }

  /// The codes, scales and biases of a tensor, without a detour over floats.
  ///
  /// The type is the tensor type's ``GGUFTensorType/quantizedType``; rows, columns and values are those of
  /// ``matrix(_:)``, bit for bit: a block's scale times a group's is exact in float32. The codes of
  /// negative zero in MXFP4 become those of zero, as the reference reads them.
  ///
  /// `name` is the tensor's in the file.
  ///
  /// - Throws: ``GGUFError``: no such tensor, a type without codes, a scale that is not finite.
  public func quantized(_ name: String) throws(GGUFError) -> AnyQuantized {
    try quantized(name, rows: nil)
  }

  /// The same of some rows.
  ///
  /// - Precondition: They are rows of the tensor.
  package func quantized(
    _ name: String, rows: Range<Int>?
  ) throws(GGUFError) -> AnyQuantized {
    let tensor = try tensor(name)
    guard let block = tensor.type.block else {
      throw .unsupportedType(name: name, type: tensor.type, wanted: "a quantized matrix")
    }
    let type = block.quantizedType
    let (bytes, shape) = try part(rows, of: tensor)
    let parts = block.parts(bytes, shape)
    do {
      return AnyQuantized(
        try CodeMatrix(type: type, grid: BlockGrid(shape, type.block), parts: parts))
    } catch { throw .quantization(name: name, error) }
  }

  /// The bytes and the shape of some rows, or of all.
  private func part(
    _ rows: Range<Int>?, of tensor: GGUFTensor
  ) throws(GGUFError) -> (bytes: Buffer<UInt8>, shape: Shape) {
    let (bytes, shape) = (try bytes(of: tensor.name), tensor.shape)
    guard let rows else { return (bytes, shape) }
    // Blocks lie in rows.
    return (bytes.part(tensor.bytes(of: rows)), Shape(rows.count, shape.columns))
  }
}
