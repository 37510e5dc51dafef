internal import AffineQuant
internal import AffineKernels

/// Where keys and values of a few tokens lie in the bytes of a page: head after head, of each the keys
/// `[column][token]`, the values `[token][column]` and, for ``CacheFormat/int8``, the scales of the
/// keys and of the values as floats.
///
/// Keys lie as the product of queries with them reads them.
struct CachePage: Equatable {
  /// Tokens of a page: what the widest product kernel multiplies at once.
  static let tokens = 32

  let format: CacheFormat
  let heads, size: Int

  /// Each kind among some pages once.
  static func kinds(_ pages: some Sequence<CachePage>) -> [CachePage] {
    pages.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private var codeBytes: Int { size * Self.tokens * format.byteCount }
  private var scaleBytes: Int { format == .int8 ? Self.tokens * MemoryLayout<Float>.stride : 0 }
  private var headBytes: Int { 2 * (codeBytes + scaleBytes) }

  /// The bytes of a page.
  var byteCount: Int { heads * headBytes }

  func keys(_ head: Int) -> Int { head * headBytes }
  func values(_ head: Int) -> Int { keys(head) + codeBytes }
  func keyScales(_ head: Int) -> Int { keys(head) + 2 * codeBytes }
  func valueScales(_ head: Int) -> Int { keyScales(head) + scaleBytes }
}
