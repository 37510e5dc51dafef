import AffineFormats
import AffineQuant
import ArgumentParser

extension CompletionKind {
  /// The names of types that the catalog has, and those of GGUF's blocks.
  static var types: CompletionKind {
    let blocks = GGUFTensorType.allCases.filter { $0.quantizedType != nil }.map(\.argument)
    return .list(ElementType.allCases.map(\.rawValue) + Catalog.types.map(\.name) + blocks)
  }
}
