extension AffineQuantized where Layout: RowMajorLayout {
  /// Some rows and columns; exact, also where a cut lies inside a group or block.
  ///
  /// `rows` and `columns` say which, from 0; `nil`: all.
  ///
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  public func slice(
    rows: Range<Int>? = nil, columns: Range<Int>? = nil, on execution: Execution = .standard
  ) throws(ShapeError) -> Self {
    Self(
      trusted: try core.slice(
        rows: rows ?? 0..<shape.rows, columns: columns ?? 0..<shape.columns, on: execution))
  }

  /// The values of some rows, in the order given: an embedding's lookup.
  ///
  /// `rows` are their numbers, from 0; one may come several times.
  ///
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  /// - Complexity: O(rows named · columns).
  public func gather<Element: FloatElement>(
    rows: [Int], as _: Element.Type = Element.self, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Element> {
    try core.gather(rows, execution)
  }
}

extension AffineQuantized where Layout: RowMajorLayout, Layout.Scaling: TransposableGranularity {
  /// The transpose, `n × m` of `m × n`: codes, scales and zero points move together; exact.
  ///
  /// - Complexity: O(rows · columns).
  public func transposed(
    on execution: Execution = .standard
  ) -> AffineQuantized<Storage, RowMajor<Layout.Scaling.Transposed, Layout.Mapping>> {
    AffineQuantized<Storage, RowMajor<Layout.Scaling.Transposed, Layout.Mapping>>(
      trusted: core.transposed(execution))
  }
}

extension AffineQuantized where Layout: RowMajorLayout, Layout.Scaling: RowJoinable {
  /// This matrix above another; exact.
  ///
  /// `other` has as many columns.
  ///
  /// - Throws: ``ShapeError``: columns that differ; a seam inside a block, which would need two
  ///   scales.
  public func concatenated(above other: Self) throws(ShapeError) -> Self {
    Self(trusted: try core.joined(above: other.core))
  }
}

extension AffineQuantized where Layout: RowMajorLayout, Layout.Scaling: ColumnJoinable {
  /// This matrix left of another; exact.
  ///
  /// `other` has as many rows.
  ///
  /// - Throws: ``ShapeError``: rows that differ; a seam inside a group or block, which would need
  ///   two scales.
  public func concatenated(
    leftOf other: Self, on execution: Execution = .standard
  ) throws(ShapeError) -> Self {
    Self(trusted: try core.joined(leftOf: other.core, on: execution))
  }
}

extension AffineQuantized where Layout: RowMajorLayout, Layout.Scaling: RowSliced {
  /// The same numbers, in the same shape, in the order that this CPU's product kernels read, packed once.
  ///
  /// The instruction sets of `execution` choose the order.
  ///
  /// - Complexity: O(rows · columns).
  public func tiled(
    on execution: Execution = .standard
  ) -> AffineQuantized<Storage, Tiled<Layout.Scaling, Layout.Mapping>> {
    AffineQuantized<Storage, Tiled<Layout.Scaling, Layout.Mapping>>(
      trusted: core.tiled(execution))
  }
}

extension AffineQuantized {
  /// The same numbers, in the same shape, row by row; exact.
  ///
  /// - Complexity: O(rows · columns).
  public func rowMajor<Scaling, Mapping>() -> AffineQuantized<Storage, RowMajor<Scaling, Mapping>>
  where Layout == Tiled<Scaling, Mapping> {
    AffineQuantized<Storage, RowMajor<Scaling, Mapping>>(trusted: core.rowMajor())
  }
}
