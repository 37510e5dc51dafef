import AffineFormats
import AffineQuant

extension QuantizedType {
  /// The type that a person named as the library does, or as GGUF names its blocks: `int4-group32`, `q4_k`.
  ///
  /// - Throws: ``Failure``: a name that is none.
  static func named(_ name: String) throws -> QuantizedType {
    if let type = QuantizedType(name: name) { return type }
    guard let blocks = GGUFTensorType(argument: name) else {
      throw Failure(
        name.lowercased() == Self.mixName
          ? "\(name) is a mix of types for the layers of a GGUF file, and no type"
          : "'\(name)' is no quantized type: int8-row, int8-token, int4-group32, uint4-group32-biased and "
            + "q4_k are some, and affine types lists them")
    }
    guard let type = blocks.quantizedType else {
      throw Failure("'\(name)' of GGUF has no codes that one scale and bias make values of")
    }
    return type
  }

  /// What llama.cpp calls its mix of types for layers.
  static let mixName = "q4_k_m"
}

extension GGUFTensorType {
  /// The name as an option has it.
  var argument: String { name.lowercased() }

  init?(argument: String) {
    guard let match = Self.allCases.first(where: { $0.argument == argument.lowercased() }) else {
      return nil
    }
    self = match
  }

  /// The names of blocks that matrices can become.
  static var writable: String {
    allCases.filter { $0.quantizedType.map($0.holds) ?? false }.map(\.argument).joined(
      separator: ", ")
  }
}
