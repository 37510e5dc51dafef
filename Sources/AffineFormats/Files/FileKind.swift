/// What people pass by mistake, by how it begins.
package enum FileKind: String, Hashable, Sendable, CaseIterable {
  case gitPointer = "a pointer of Git LFS: the file itself was not downloaded"
  case page = "a page in HTML"
  case zip = "a zip archive, as PyTorch writes its checkpoints"
  case gguf = "a GGUF file"
  case safeTensors = "a safetensors file"

  /// How files of a kind begin.
  private var beginnings: [String] {
    switch self {
    case .gitPointer: ["version https://git-lfs.github.com/spec/"]
    case .page: ["<!DOCTYPE", "<!doctype", "<html", "<HTML"]
    case .zip: ["PK\u{3}\u{4}"]
    case .gguf: ["GGUF"]
    // Eight bytes of a length come first.
    case .safeTensors: ["{\""]
    }
  }

  /// The kind that some bytes begin as.
  package init?(_ bytes: borrowing Span<UInt8>) {
    for kind in Self.allCases {
      let start = kind == .safeTensors ? 8 : 0
      for beginning in kind.beginnings.map({ Array($0.utf8) })
      where start + beginning.count <= bytes.count {
        guard beginning.indices.allSatisfy({ bytes[start + $0] == beginning[$0] }) else { continue }
        self = kind
        return
      }
    }
    return nil
  }
}
