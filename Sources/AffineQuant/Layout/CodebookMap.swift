/// A table from codes to values; a package outside may add its own.
///
///     enum Thirds: CodebookMap {
///       typealias Storage = UInt2
///       static let codebook = CodebookFormat(name: "thirds", values: [-1, -1.0 / 3, 1.0 / 3, 1])
///     }
///
/// A table that does not fit its storage is refused where values are quantized.
public protocol CodebookMap: Sendable {
  /// The unsigned storage whose codes index the table.
  associatedtype Storage: CodeStorage
  /// The table.
  static var codebook: CodebookFormat { get }
}

/// NF4, for frozen weights.
public enum NormalFloat4: CodebookMap {
  public typealias Storage = UInt4
  public static let codebook = CodebookFormat.normalFloat4
}

/// The signed dynamic map, for first moments.
public enum Dynamic8: CodebookMap {
  public typealias Storage = UInt8
  public static let codebook = CodebookFormat.dynamic8
}

/// The unsigned dynamic map, for second moments.
public enum DynamicUnsigned8: CodebookMap {
  public typealias Storage = UInt8
  public static let codebook = CodebookFormat.dynamicUnsigned8
}

/// The signed dynamic map of 4 bits, for first moments.
public enum Dynamic4: CodebookMap {
  public typealias Storage = UInt4
  public static let codebook = CodebookFormat.dynamic4
}

/// Unsigned 8-bit floats, for roots of second moments.
public enum UnsignedFloat8: CodebookMap {
  public typealias Storage = UInt8
  public static let codebook = CodebookFormat.unsignedFloat8
}

/// The unsigned map of 4 bits, for second moments.
public enum DynamicUnsigned4: CodebookMap {
  public typealias Storage = UInt4
  public static let codebook = CodebookFormat.dynamicUnsigned4
}
