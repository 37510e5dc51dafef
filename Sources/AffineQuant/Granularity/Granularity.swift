/// How many values share one scale.
public protocol Granularity: Sendable {
  /// The extents of a block of values with one scale.
  static var block: Block { get }
}

/// Whose scale is constant along a row, or along slices of it.
///
/// A product that contracts along rows needs this: a scale may vary only over free axes, or be
/// constant inside a slice of the contracted one.
public protocol RowSliced: Granularity {}

/// Whose scale is constant along a column, or along slices of it.
public protocol ColumnSliced: TransposableGranularity where Transposed: RowSliced {}

/// A granularity that stays expressible when the matrix is transposed.
public protocol TransposableGranularity: Granularity {
  /// The granularity of the transpose.
  associatedtype Transposed: TransposableGranularity where Transposed.Transposed == Self
}

/// A granularity that two matrices, one above the other, keep.
public protocol RowJoinable: Granularity {}

/// A granularity that two matrices, side by side, keep.
public protocol ColumnJoinable: Granularity {}
