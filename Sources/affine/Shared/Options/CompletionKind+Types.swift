import AffineQuant
import ArgumentParser

extension CompletionKind {
  /// The names of types that the catalog has.
  static var types: CompletionKind {
    .list(ElementType.allCases.map(\.rawValue) + Catalog.types.map(\.name))
  }
}
