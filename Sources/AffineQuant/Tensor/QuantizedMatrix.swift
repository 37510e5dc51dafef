/// A quantized matrix whose type is known only when it is read.
public protocol QuantizedMatrix: Sendable, CustomStringConvertible {
  /// The rows and columns.
  var shape: Shape { get }
  /// The type, as a value.
  var quantizedType: QuantizedType { get }
  /// The codes, scales and offsets, row by row.
  var erased: AnyQuantized { get }
}

/// A row-major quantized matrix of any type.
public struct AnyQuantized: QuantizedMatrix, Equatable {
  package let core: CodeMatrix

  package init(_ core: CodeMatrix) {
    precondition(core.tiles == nil, "only row-major matrices are erased")
    self.core = core
  }

  public var shape: Shape { core.shape }
  public var quantizedType: QuantizedType { core.type }
  public var erased: AnyQuantized { self }
  public var description: String { "\(core.type.name) \(shape)" }

  /// One scale a block, in the shape of the grid of blocks.
  public var scales: Matrix<Float> { Matrix(validated: core.grid.extent, core.scales) }

  /// Every code, row by row.
  public var codes: [Int16] { core.unpackedCodes() }
}

extension AffineQuantized: QuantizedMatrix {
  public var quantizedType: QuantizedType { Self.type }
  public var erased: AnyQuantized { AnyQuantized(core.rowMajor()) }
}

extension AffineQuantized where Layout: RowMajorLayout {
  /// Takes a matrix whose type turned out to be this one.
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
