/// Where the codes of a matrix lie, how many share a scale, and how a code becomes a value.
public protocol QuantizationLayout: Sendable {
  /// How many values share a scale.
  associatedtype Scaling: Granularity
  /// How a code becomes a value.
  associatedtype Mapping: AffineMapping
  /// Whether codes lie as product kernels read them.
  static var isTiled: Bool { get }
}

extension QuantizationLayout {
  /// Codes lie row by row unless a layout says otherwise.
  public static var isTiled: Bool { false }
}

/// Codes row by row, each row one bit stream; scales beside them in a dense grid.
///
/// The only arrangement that slices, joins and transposes, and the one that files hold.
public enum RowMajor<Scaling: Granularity, Mapping: AffineMapping>: RowMajorLayout {}

/// Codes in the order in which this CPU's product kernels read them, packed once.
///
/// For weights that are multiplied often. It holds the same numbers as ``RowMajor`` and converts
/// back exactly; the order depends on the CPU, so no file holds it.
public enum Tiled<Scaling: RowSliced, Mapping: AffineMapping>: QuantizationLayout {
  /// Codes lie in panels.
  public static var isTiled: Bool { true }
}

/// The arrangement that keeps rows together.
public protocol RowMajorLayout: QuantizationLayout {}
