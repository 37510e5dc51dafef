/// How scales and biases are themselves coded: as a matrix of small codes, of which neighbours share a scale.
public struct ScaleCodes: Sendable, Hashable {
  /// How the code of one scale is stored.
  public let storage: CodeFormat
  /// What codes stand for; `nil`: for themselves. Scales of a table have a mean besides, which is added to all.
  public let table: CodebookFormat?
  /// How many neighbouring scales share a scale, in the matrix that has one for each block.
  public let block: Block

  /// Pairs a storage with a block of scales; ``QuantizedType`` checks them where they are used.
  public init(_ storage: CodeFormat, _ block: Block) {
    self.storage = storage
    self.block = block
    table = nil
  }

  /// The same of codes that are places in a table.
  init(_ table: CodebookFormat, _ block: Block) {
    storage = table.storage
    self.block = block
    self.table = table
  }

  /// Those of ``DoubleQuantizedScale``.
  package static func doubleQuantized(_ block: Block) -> ScaleCodes {
    ScaleCodes(.bitsandbytes8, block)
  }

  /// Reads a name as ``name`` writes it.
  init?(_ name: String, _ block: Block) {
    if name == CodebookFormat.bitsandbytes8.name {
      self.init(.bitsandbytes8, block)
    } else if let storage = CodeFormat(name: name) {
      self.init(storage, block)
    } else {
      return nil
    }
  }

  /// The storages that kernels read: those of files.
  private static let storages: [CodeFormat] = [
    .unsigned(bits: 4), .unsigned(bits: 6), .signed(bits: 6), .signed(bits: 8),
    .float(.float8e4m3),
  ]

  /// Whether a mapping has such scales: tables of values those of a table, as files have both.
  func serve(_ kind: MappingFormat.Kind) -> Bool {
    guard block.isRowSliced else { return false }
    if case .codebook = kind { return table == .bitsandbytes8 }
    return table == nil && Self.storages.contains(storage)
  }

  /// Those of the transpose.
  var transposed: ScaleCodes {
    table.map { ScaleCodes($0, block.transposed) } ?? ScaleCodes(storage, block.transposed)
  }

  /// The largest number that a code stands for.
  package var largest: Float {
    if let table { return table.values[table.values.count - 1] }
    return if case .float(let format) = storage { format.largest } else {
      Float(storage.codes.upperBound)
    }
  }

  /// `uint6-group8`.
  var name: String { "\(table?.name ?? storage.name)-\(block.name)" }
}

/// A storage that scales have in files.
public protocol ScaleStorage: CodeStorage {}

extension UInt4: ScaleStorage {}
extension UInt6: ScaleStorage {}
extension Int6: ScaleStorage {}
extension Int8: ScaleStorage {}
extension Float8E4M3: ScaleStorage {}

/// A scale that is a code times a scale of its own: the super-blocks of GGUF's K types, NVFP4.
///
/// Scales form a matrix, one for each block of values; `Scaling` says which of them share a scale, and
/// `Super` what type that has. So `QuantizedScale<UInt6, PerGroup<8>, Float16>` are scales of 6 bits, eight
/// neighbours of which share one of `Float16`.
public enum QuantizedScale<Storage: ScaleStorage, Scaling: RowSliced, Super: FloatScaleElement>:
  SignedScaleElement
{
  /// The type of the scales of scales.
  public static var scaleFormat: ScaleFormat { Super.scaleFormat }
  public static var scaleCodes: ScaleCodes? { ScaleCodes(Storage.codeFormat, Scaling.block) }
}

/// A scale that is a place in a table times a scale of its own, plus the mean of all scales: QLoRA's double
/// quantization (Dettmers et al., arXiv 2305.14314), as bitsandbytes stores it.
///
/// Scales form a matrix, one for each block of values; `Scaling` says which of them share a scale.
public enum DoubleQuantizedScale<Scaling: RowSliced>: CodebookScaleElement {
  /// The type of the scales of scales.
  public static var scaleFormat: ScaleFormat { .float32 }
  public static var scaleCodes: ScaleCodes? { ScaleCodes(.bitsandbytes8, Scaling.block) }
}
