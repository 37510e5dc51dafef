internal import AffineQuant

/// The weights of bitsandbytes, outputs × inputs.
///
///     w.weight                              U8 [values / 2, 1]: two codes a byte, the first in the upper half
///     w.weight.absmax                       F32 [blocks], or U8 if it is quantized itself
///     w.weight.quant_map                    F32 [16], the value of each code
///     w.weight.nested_absmax, nested_quant_map   F32, of a quantized absmax
///     w.weight.quant_state.bitsandbytes__nf4     U8, the text of a JSON object; or fp4
///
///     w.weight  I8 [outputs, inputs], with w.SCB  F32 [outputs]: LLM.int8(), whose values are
///               code · SCB / 127
///
/// Source: bitsandbytes-foundation/bitsandbytes, `QuantState.as_dict`; Dettmers et al., "QLoRA" (arXiv 2305.14314).
struct BitsAndBytesReader: CheckpointReader {
  static let format = "bitsandbytes"

  private static let kinds = ["nf4", "fp4"]

  init?(_ configuration: JSONValue?, _ tensors: CheckpointTensors) throws(QuantizedCheckpointError)
  {
    guard let object = configuration?.quantizationConfiguration,
      object.member("quant_method")?.word == Self.format
    else { return nil }
    let settings = CheckpointSettings(format: Self.format, object: object)
    let storage = try settings.text("bnb_4bit_quant_storage", otherwise: "uint8")
    guard storage == "uint8" else {
      throw .unsupported(format: Self.format, feature: "codes in elements of type \(storage)")
    }
  }

  func candidates(in tensors: CheckpointTensors) -> [String] {
    Self.kinds.flatMap { tensors.names(endingIn: Self.state($0)) } + tensors.names(endingIn: ".SCB")
  }

  func isQuantized(_ name: String, in tensors: CheckpointTensors) -> Bool {
    Self.kind(name, tensors) != nil || tensors.contains("\(name).SCB")
  }

  func matrix(
    _ name: String, in tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    guard let kind = Self.kind(name, tensors) else { return try int8(name, tensors) }
    let state = try BitsAndBytesState("\(name).weight", kind: kind, tensors)
    let codes = try codes("\(name).weight", state, tensors)
    do {
      let type = try QuantizedType(
        .unsigned(bits: 4), Block(rows: 1, columns: state.blockSize),
        MappingFormat(
          kind: .codebook(state.codebook), scale: .float32, codes: state.nested?.type))
      let grid = BlockGrid(state.shape, type.block)
      let parts =
        state.nested.map { nested in
          CodeMatrix.Parts(codes: codes, coded: nested.codes.scales(type, grid))
        } ?? CodeMatrix.Parts(codes: codes, scales: Buffer(state.scales))
      return ColumnOrderedMatrix(
        matrix: AnyQuantized(try CodeMatrix(type: type, grid: grid, parts: parts)))
    } catch {
      throw .quantization(name: name, error)
    }
  }

  /// Two codes a byte, the first in the lower half here.
  private func codes(
    _ tensor: String, _ state: BitsAndBytesState, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> Buffer<UInt8> {
    let bytes = try tensors.elements(tensor, .uint8, as: UInt8.self)
    guard bytes.count == state.shape.count / 2, state.shape.columns.isMultiple(of: 2) else {
      throw .shape(
        tensor: tensor, found: try tensors.entry(tensor).shape,
        reason: "there are \(state.shape) codes of 4 bits")
    }
    let source = bytes.span
    return Buffer(count: bytes.count) { result in
      for place in source.indices {
        let byte = source[place]
        result[place] =
          state.codes[Int(byte >> 4)] | state.codes[Int(byte & 15)] << 4
      }
    }
  }

  private func int8(
    _ name: String, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    let entry = try tensors.entry("\(name).weight")
    guard entry.shape.count == 2 else {
      throw .shape(tensor: entry.name, found: entry.shape, reason: "a weight is a matrix")
    }
    let shape = Shape(entry.shape[0], entry.shape[1])
    let layout = "\(name).weight_format"
    if tensors.contains(layout) {
      let number = try tensors.elements(layout, .uint8, as: UInt8.self).array
      guard number == [0] else {
        throw .unsupported(format: Self.format, feature: "codes in tiles (weight_format \(number))")
      }
    }
    let block = Block(rows: 1, columns: Block.whole)
    let absolute = try tensors.parameters("\(name).SCB", BlockGrid(shape, block).extent)
    let codes = try tensors.elements(entry.name, .int8, as: UInt8.self)
    do {
      let type = try QuantizedType(
        .signed(bits: 8), block, MappingFormat(kind: .symmetric, scale: .float32))
      let parts = CodeMatrix.Parts(
        codes: codes, scales: Buffer(absolute.values.array.map { $0 / 127 }))
      return ColumnOrderedMatrix(
        matrix: AnyQuantized(
          try CodeMatrix(type: type, grid: BlockGrid(shape, block), parts: parts)))
    } catch {
      throw .quantization(name: name, error)
    }
  }

  /// What ends the name of the tensor that says how a weight is quantized.
  static func state(_ kind: String) -> String { ".weight.quant_state.bitsandbytes__\(kind)" }

  private static func kind(_ name: String, _ tensors: CheckpointTensors) -> String? {
    kinds.first { tensors.contains(name + state($0)) }
  }
}
