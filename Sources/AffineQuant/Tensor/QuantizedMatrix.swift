/// A quantized matrix whose type is known only when it is read: of this library's types alone.
public protocol QuantizedMatrix: Sendable, CustomStringConvertible {
  /// The shape, and the codes in the order in which they lie, with their parameters.
  var contents: QuantizedContents<Self> { get }
}

/// What a quantized matrix holds; only this library makes one, for its own types.
public struct QuantizedContents<Matrix: QuantizedMatrix>: Sendable {
  package let core: CodeMatrix

  package init(_ core: CodeMatrix) { self.core = core }
}

extension QuantizedMatrix {
  /// The rows and columns.
  public var shape: Shape { contents.core.shape }
  /// The type, as a value.
  public var quantizedType: QuantizedType { contents.core.type }
  /// The codes, scales and offsets, row by row; tiles are put back into rows.
  public var erased: AnyQuantized { AnyQuantized(contents.core.rowMajor()) }
  /// How many bytes of codes, scales, zero points and biases a file needs, of a slice for what it keeps; of tiles how
  /// many lie in memory, which may be more: a scale for each row of a block, rows that fill a panel, and sums that
  /// products have asked for.
  public var byteCount: Int { contents.core.byteCount }
}

/// A row-major quantized matrix of any type.
public struct AnyQuantized: QuantizedMatrix, Equatable {
  package let core: CodeMatrix

  package init(_ core: CodeMatrix) {
    precondition(core.tiles == nil, "only row-major matrices are erased")
    self.core = core
  }

  public var contents: QuantizedContents<Self> { QuantizedContents(core) }
  public var description: String { "\(core.type.name) \(shape)" }

  /// One scale a block, in the shape of the grid of blocks.
  public var scales: Matrix<Float> { Matrix(validated: core.grid.extent, core.scales) }

  /// Every code, row by row.
  public var codes: [Int16] { core.unpackedCodes() }
}

extension AffineQuantized: QuantizedMatrix {
  public var contents: QuantizedContents<Self> { QuantizedContents(core) }
}

extension AffineQuantized where Layout: RowMajorLayout {
  /// Takes a matrix of any shape whose type turned out to be this one.
  ///
  /// - Throws: ``QuantizationError/typeMismatch(expected:found:)``.
  public init(_ matrix: some QuantizedMatrix) throws(QuantizationError) {
    let core = matrix.erased.core
    guard core.type == Self.type else {
      throw .typeMismatch(expected: Self.type.name, found: core.type.name)
    }
    self.init(trusted: core)
  }
}
