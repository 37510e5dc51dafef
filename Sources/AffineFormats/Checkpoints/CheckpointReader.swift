internal import AffineQuant

/// How one project keeps quantized weights in safetensors files.
///
/// A new format is a type that conforms, and a row of `QuantizedCheckpoint.readers`.
protocol CheckpointReader: Sendable {
  /// The name of the format.
  static var format: String { get }

  /// Reads a configuration.
  ///
  /// - Returns: `nil` if it is of another format.
  /// - Throws: What the format allows and this library does not have, or no format allows.
  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) throws(QuantizedCheckpointError)

  /// Names that may be those of quantized modules, some of them perhaps twice.
  func candidates(in tensors: CheckpointTensors) -> [String]

  /// Whether the module has a weight in codes.
  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool

  /// The weight of a module that ``isQuantized(_:in:)``.
  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix
}

/// This library's own format, which needs no configuration.
struct AffineReader: CheckpointReader {
  static let format = "affine"

  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) {
    guard tensors.files.contains(where: { !$0.quantizedNames.isEmpty }) else { return nil }
  }

  func candidates(in tensors: CheckpointTensors) -> [String] {
    tensors.files.flatMap(\.quantizedNames)
  }

  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool {
    tensors.files.contains { $0.isQuantized(name) }
  }

  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    for file in tensors.files where file.isQuantized(name) {
      do { return ColumnOrderedMatrix(matrix: try file.quantized(name)) } catch {
        throw .tensors(error)
      }
    }
    throw .notQuantized(name: name)
  }
}
