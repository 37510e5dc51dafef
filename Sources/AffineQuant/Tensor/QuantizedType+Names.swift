extension CodeFormat {
  /// Reads a name as ``name`` writes it.
  public init?(name: String) {
    guard let format = Self.all.first(where: { $0.name == name }) else { return nil }
    self = format
  }
}

extension Block {
  /// Reads a name as ``name`` writes it; `token` stands for `row`.
  public init?(name: String) {
    switch name {
    case "tensor": self.init(rows: Block.whole, columns: Block.whole)
    case "row", "token": self.init(rows: 1, columns: Block.whole)
    case "column": self.init(rows: Block.whole, columns: 1)
    default:
      if let size = Self.extent(name, after: "group"), size != Block.whole {
        self.init(rows: 1, columns: size)
      } else if let separator = name.lastIndex(of: "x"),
        let rows = Self.extent(name[..<separator], after: "block"),
        let columns = Self.extent(name[separator...], after: "x")
      {
        self.init(rows: rows, columns: columns)
      } else {
        return nil
      }
    }
  }

  private static func extent(_ text: some StringProtocol, after prefix: String) -> Int? {
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.dropFirst(prefix.count)
    if digits == "all" { return Block.whole }
    guard digits.allSatisfy({ ("0"..."9").contains($0) }), let value = Int(digits), value > 0
    else { return nil }
    return value
  }
}

extension MappingFormat.Kind {
  /// `symmetric`, `asymmetric`, `biased`, or the name of the codebook.
  public var name: String {
    switch self {
    case .symmetric: "symmetric"
    case .asymmetric: "asymmetric"
    case .biased: "biased"
    case .codebook(let map): map.name
    }
  }

  /// Reads a name as ``name`` writes it.
  public init?(name: String) {
    switch name {
    case "symmetric": self = .symmetric
    case "asymmetric": self = .asymmetric
    case "biased": self = .biased
    default:
      guard let map = CodebookFormat.all.first(where: { $0.name == name }) else { return nil }
      self = .codebook(map)
    }
  }
}
