/// How scales and biases are themselves coded: as a matrix of small codes, of which neighbours share a scale.
public struct ScaleCodes: Sendable, Hashable {
  /// How the code of one scale is stored.
  public let storage: CodeFormat
  /// How many neighbouring scales share a scale, in the matrix that has one for each block.
  public let block: Block

  /// Pairs a storage with a block of scales; ``QuantizedType`` checks them where they are used.
  public init(_ storage: CodeFormat, _ block: Block) {
    self.storage = storage
    self.block = block
  }

  /// The storages that kernels read: those of files.
  private static let storages: [CodeFormat] = [
    .unsigned(bits: 4), .unsigned(bits: 6), .signed(bits: 6), .signed(bits: 8),
    .float(.float8e4m3),
  ]

  var isLegal: Bool { Self.storages.contains(storage) && block.isRowSliced }

  /// The largest number that a code stands for.
  package var largest: Float {
    if case .float(let format) = storage { format.largest } else { Float(storage.codes.upperBound) }
  }

  /// `uint6-group8`.
  var name: String { "\(storage.name)-\(block.name)" }
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
