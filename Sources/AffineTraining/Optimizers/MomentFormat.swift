internal import AffineLayers
internal import AffineQuant

/// How an optimizer keeps its moments between steps.
///
/// Groups are neighbours in a row that share a scale: their largest magnitude. Of a second moment the
/// root is kept, rounded at random and never to zero: it spans as many decades as the first moment and
/// changes by less than a code from step to step. Sources: Dettmers et al., "8-bit Optimizers via
/// Block-wise Quantization" (arXiv 2110.02861); torchao's low-bit optimizers.
public enum MomentFormat: Sendable, Hashable {
  /// 4 bytes a value.
  case float32
  /// 2 bytes a value, rounded at random: the second moment changes by less than a unit in the last
  /// place, which rounding to nearest would lose.
  case bfloat16
  /// Entries of the dynamic map of 256 values; roots as floats with four bits each of exponent and
  /// mantissa.
  case dynamic8(group: Int = 256)
  /// Entries of the dynamic map of 16 values, roots as sixteenths of the largest; two codes a byte.
  case dynamic4(group: Int = 128)
  /// 8-bit floats (e4m3), the largest magnitude of a group being 448.
  case float8(group: Int = 256)
  /// Whole numbers of 8 bits, evenly spaced, also of the second moment itself. A negative control and of
  /// no use: what lies two decades below the largest of its group becomes zero, and steps there explode.
  case linear8(group: Int = 256)

  /// The name on the command line: `dynamic8`, or `dynamic8-group64` for another than the usual group.
  public var name: String {
    guard let group, group != Self.named(stem)?.group else { return stem }
    return "\(stem)-group\(group)"
  }

  /// Reads a name as ``name`` writes it.
  public init?(name: String) {
    let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let stem = parts.first, let format = Self.named(String(stem)) else { return nil }
    guard parts.count == 2 else { self = format; return }
    guard parts[1].hasPrefix("group"), let group = Int(parts[1].dropFirst(5)), group > 0,
      let other = format.with(group: group)
    else { return nil }
    self = other
  }

  /// Every format with its usual group.
  public static let all: [MomentFormat] = [
    .float32, .bfloat16, .dynamic8(), .dynamic4(), .float8(), .linear8(),
  ]

  /// How many neighbours share a scale.
  public var group: Int? {
    switch self {
    case .float32, .bfloat16: nil
    case .dynamic8(let group), .dynamic4(let group), .float8(let group), .linear8(let group): group
    }
  }

  private var stem: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bfloat16"
    case .dynamic8: "dynamic8"
    case .dynamic4: "dynamic4"
    case .float8: "float8"
    case .linear8: "linear8"
    }
  }

  private static func named(_ stem: String) -> MomentFormat? { all.first { $0.stem == stem } }

  private func with(group: Int) -> MomentFormat? {
    switch self {
    case .float32, .bfloat16: nil
    case .dynamic8: .dynamic8(group: group)
    case .dynamic4: .dynamic4(group: group)
    case .float8: .float8(group: group)
    case .linear8: .linear8(group: group)
    }
  }
}

extension MomentFormat {
  /// How a first or a second moment lies in memory.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a group of fewer than one.
  func layout(isSecond: Bool) throws(QuantizationError) -> MomentLayout {
    guard let group else { return self == .float32 ? .float32 : .bfloat16 }
    guard group > 0 else { throw .shape(.outOfRange(axis: "group", index: group, extent: 1)) }
    let (storage, kind) = codes(isSecond: isSecond)
    let type = try QuantizedType(
      storage, Block(rows: 1, columns: group), MappingFormat(kind: kind, scale: .float32))
    if isSecond, self != .linear8(group: group) { return .roots(type) }
    return .codes(type)
  }

  private func codes(isSecond: Bool) -> (CodeFormat, MappingFormat.Kind) {
    let codebook: CodebookFormat
    switch self {
    case .dynamic8, .float32, .bfloat16: codebook = isSecond ? .unsignedFloat8 : .dynamic8
    case .dynamic4: codebook = isSecond ? .dynamicUnsigned4 : .dynamic4
    case .float8: return (.float(.float8e4m3), .symmetric)
    case .linear8:
      return isSecond ? (.unsigned(bits: 8), .asymmetric) : (.signed(bits: 8), .symmetric)
    }
    return (codebook.storage, .codebook(codebook))
  }
}
