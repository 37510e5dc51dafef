/// A matrix of small codes and the affine map back to values.
///
/// The types say how a code is stored, how many values share a scale, whether there is a zero
/// point or a bias, and how the bytes lie. A value: copies share memory.
///
/// Model: `AffineQuantizedTensor` of torchao (2024–2026).
public struct AffineQuantized<Storage: CodeStorage, Layout: QuantizationLayout>: Sendable {
  package let core: CodeMatrix

  init(trusted core: CodeMatrix) { self.core = core }

  /// The type, as a value.
  public static var type: QuantizedType {
    QuantizedType(
      unchecked: Storage.codeFormat, Layout.Scaling.block, Layout.Mapping.mappingFormat)
  }

  /// One scale a block, in the shape of the grid of blocks.
  public var scales: Matrix<Float> { Matrix(validated: core.grid.extent, core.scales) }

  /// The code of one element; for small floats and codebooks its bit pattern.
  ///
  /// `row` and `column` count from 0.
  ///
  /// - Complexity: O(1); to read many, use ``codes``.
  public func code(row: Int, column: Int) -> Int { core.code(row: row, column: column) }

  /// Every code, row by row, one a number; for small floats and codebooks their bit patterns.
  public var codes: [Int16] { core.rowMajor().unpackedCodes() }
}

extension AffineQuantized where Layout.Mapping.Method == AsymmetricMethod {
  /// One zero point a block, row by row.
  public var zeroPoints: [Int16] { core.zeroPoints.array }
}

extension AffineQuantized where Layout.Mapping.Method == BiasedMethod {
  /// One bias a block, in the shape of the grid of blocks.
  public var biases: Matrix<Float> { Matrix(validated: core.grid.extent, core.biases) }
}

extension AffineQuantized where Layout: RowMajorLayout {
  /// The bytes of the codes: every row one little-endian bit stream of whole bytes.
  public var codeBytes: Buffer<UInt8> { core.codes }
}

extension AffineQuantized: Equatable {
  /// Whether codes, scales, zero points and biases are equal, bit for bit.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.core.rowMajor() == rhs.core.rowMajor()
  }
}

extension AffineQuantized: CustomStringConvertible {
  /// The type's name, the shape and the bytes, as `int4-group32 4096×4096, 10485760 bytes`.
  public var description: String {
    let order = core.tiles == nil ? "" : ", tiled"
    return "\(Self.type.name) \(shape)\(order), \(byteCount) bytes"
  }
}
