/// What `AffineQuantized<Storage, Layout>` says, as a value: for files, the command and reports.
public struct QuantizedType: Sendable, Hashable {
  /// How one code is stored.
  public let storage: CodeFormat
  /// How many values share a scale.
  public let block: Block
  /// How a code becomes a value.
  public let mapping: MappingFormat

  /// - Parameters:
  ///   - storage: How one code is stored.
  ///   - block: How many values share a scale.
  ///   - mapping: How a code becomes a value.
  /// - Throws: ``QuantizationError/unsupported(rule:type:)`` for what the compiler would refuse.
  public init(
    _ storage: CodeFormat, _ block: Block, _ mapping: MappingFormat
  ) throws(QuantizationError) {
    self.init(unchecked: storage, block, mapping)
    guard isLegal else { throw .unsupported(rule: rule, type: name) }
  }

  init(unchecked storage: CodeFormat, _ block: Block, _ mapping: MappingFormat) {
    self.storage = storage
    self.block = block
    self.mapping = mapping
  }

  /// The rule that chooses parameters when nobody asks for another.
  public var rule: ParameterRule {
    switch (storage, mapping.kind) {
    case (.float, _), (_, .codebook): .largest
    case (.ternary, .symmetric): .meanMagnitude
    // The other rule needs scales with a sign, which a power of two has not, nor codes of some storages.
    case (_, .symmetric):
      storage.bits < 8 && mapping.scale != .e8m0 && mapping.codes?.storage.isSigned != false
        ? .extreme : .balanced
    case (_, .asymmetric), (_, .biased): .ends
    }
  }

  private var isLegal: Bool {
    guard CodeFormat.all.contains(storage) else { return false }
    if let codes = mapping.codes {
      guard codes.serve(mapping.kind), mapping.scale != .e8m0 else { return false }
    }
    return switch mapping.kind {
    case .symmetric: storage.isSigned || !storage.isInteger
    case .asymmetric: storage.isInteger
    // A power of two has no sign.
    case .biased: storage.isInteger && mapping.scale != .e8m0
    case .codebook(let map): map.serves(storage) && mapping.scale == .float32
    }
  }

  /// The mapping that the name leaves out.
  private static func standardMapping(of storage: CodeFormat) -> MappingFormat.Kind {
    storage.isSigned || !storage.isInteger ? .symmetric : .asymmetric
  }

  /// The name on the command line and in files, as `int8-row` or `uint4-group32-biased`.
  public var name: String {
    var parts = [storage.name, block.name]
    if mapping.kind != Self.standardMapping(of: storage) { parts.append(mapping.kind.name) }
    if let codes = mapping.codes { parts.append(codes.name) }
    if mapping.scale != .float32 { parts.append(mapping.scale.rawValue) }
    return parts.joined(separator: "-")
  }

  /// Reads a name as ``name`` writes it; `token` stands for `row`.
  public init?(name: String) {
    var parts = name.split(separator: "-").map(String.init)
    guard parts.count >= 2, let storage = CodeFormat(name: parts.removeFirst()),
      let block = Block(name: parts.removeFirst())
    else { return nil }
    var mapping = Self.standardMapping(of: storage)
    if let kind = parts.first.flatMap(MappingFormat.Kind.init(name:)) {
      mapping = kind
      parts.removeFirst()
    }
    var codes: ScaleCodes?
    if parts.count >= 2, let block = Block(name: parts[1]), let named = ScaleCodes(parts[0], block)
    {
      codes = named
      parts.removeFirst(2)
    }
    var scale = ScaleFormat.float32
    if let format = parts.first.flatMap(ScaleFormat.init(rawValue:)) {
      scale = format
      parts.removeFirst()
    }
    let type = QuantizedType(
      unchecked: storage, block, MappingFormat(kind: mapping, scale: scale, codes: codes))
    guard parts.isEmpty, type.isLegal else { return nil }
    self = type
  }

  /// The type of the transpose; its scales are the same numbers only where the block transposes.
  package var transposed: QuantizedType {
    let codes = mapping.codes.map(\.transposed)
    return QuantizedType(
      unchecked: storage, block.transposed,
      MappingFormat(kind: mapping.kind, scale: mapping.scale, codes: codes))
  }

  /// The same codes with scales that are numbers.
  package var flat: QuantizedType {
    guard mapping.codes != nil else { return self }
    return QuantizedType(
      unchecked: storage, block, MappingFormat(kind: mapping.kind, scale: .float32))
  }

  /// The type of the matrix of scales, and of that of biases; `nil` where they are numbers.
  package var scaleType: QuantizedType? {
    mapping.codes.map { codes in
      QuantizedType(
        unchecked: codes.storage, codes.block,
        MappingFormat(
          kind: codes.table.map { .codebook($0) } ?? .symmetric, scale: mapping.scale))
    }
  }

  /// Bytes that the codes, scales and zero points or biases of a matrix take in a file; `Int.max` for a shape
  /// that no memory holds.
  ///
  /// `shape` is that of the matrix.
  public func byteCount(of shape: Shape) -> Int {
    guard shape.rows > 0, shape.columns > 0 else { return 0 }
    // At most 8 bits of a code and 8 bytes of a block's parameters for each element: no product overflows.
    guard max(shape.rows, shape.columns) < 1 << 56,
      Double(shape.rows) * Double(shape.columns) < 0x1p56
    else { return .max }
    let (codes, blocks) = (
      shape.rows * storage.byteCount(columns: shape.columns), BlockGrid(shape, block).extent
    )
    guard let scaleType else { return codes + blocks.count * parameterBytes }
    let mean = mapping.codes?.table == nil ? 0 : 4
    let scales = scaleType.byteCount(of: blocks) + mean
    return switch mapping.kind {
    case .symmetric, .codebook: codes + scales
    case .asymmetric: codes + scales + blocks.count * 2
    case .biased: codes + 2 * scales
    }
  }

  /// Bytes of a block's scale and zero point or bias in a file, where they are numbers.
  var parameterBytes: Int {
    switch mapping.kind {
    case .symmetric, .codebook: mapping.scale.byteCount
    case .asymmetric: mapping.scale.byteCount + 2
    case .biased: 2 * mapping.scale.byteCount
    }
  }
}

extension QuantizedType: CustomStringConvertible {
  public var description: String { name }
}
