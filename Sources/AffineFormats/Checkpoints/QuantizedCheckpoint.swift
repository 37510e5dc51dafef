public import AffineQuant

/// The quantized weights of a checkpoint, whichever project wrote it, as matrices of this library.
///
/// A weight has the name of its module, as `model.layers.0.mlp.up_proj`, and the shape outputs ×
/// inputs. Its codes are those of the file, number for number. The formats are rows of
/// `readers`: MLX, GPTQ, AWQ, bitsandbytes, compressed-tensors and this library's own.
public struct QuantizedCheckpoint: Sendable {
  /// The formats, in the order in which a configuration is offered to them.
  private static let readers: [any CheckpointReader.Type] = [
    AffineReader.self, CompressedTensorsReader.self, AWQReader.self, GPTQReader.self,
    BitsAndBytesReader.self, MLXReader.self,
  ]

  private let reader: any CheckpointReader
  private let tensors: CheckpointTensors

  /// The name of the format, as `gptq`.
  public var format: String { type(of: reader).format }

  /// Finds the format of a checkpoint of one or more files.
  ///
  /// - Parameters:
  ///   - files: All files of the checkpoint: the parts of a weight may lie in different ones.
  ///   - configuration: The text of `config.json`, or of the object in it that describes the
  ///     quantization (`quantization`, `quantization_config`), or of GPTQ's and AWQ's files of that
  ///     object; `nil` for a checkpoint of this library, which describes itself.
  /// - Throws: ``QuantizedCheckpointError``: a text that is not JSON, a format or a setting that is unknown.
  public init(files: [SafeTensorsFile], configuration: String?) throws(QuantizedCheckpointError) {
    tensors = CheckpointTensors(files)
    let settings = try configuration.map(Self.parse)
    for type in Self.readers {
      guard let reader = try type.init(settings, tensors) else { continue }
      self.reader = reader
      return
    }
    throw .unknownFormat(known: Self.readers.map { $0.format })
  }

  private static func parse(_ configuration: String) throws(QuantizedCheckpointError) -> JSONValue {
    do { return try JSONParser.parse(Array(configuration.utf8)) } catch {
      throw .malformedConfiguration(reason: error.reason, byte: error.byte)
    }
  }

  /// Finds the format of a checkpoint of one file.
  ///
  /// - Parameters:
  ///   - file: With all tensors.
  ///   - configuration: As of ``init(files:configuration:)``.
  /// - Throws: ``QuantizedCheckpointError``, as ``init(files:configuration:)``.
  public init(file: SafeTensorsFile, configuration: String?) throws(QuantizedCheckpointError) {
    try self.init(files: [file], configuration: configuration)
  }

  /// The modules whose weights are quantized, in the order of the files.
  public var names: [String] {
    var seen: Set<ByteName> = []
    return reader.candidates(in: tensors).filter {
      seen.insert(ByteName($0)).inserted && isQuantized($0)
    }
  }

  /// Whether the weight of a module is there in codes, and the configuration does not leave it out.
  public func isQuantized(_ name: String) -> Bool { reader.isQuantized(name, in: tensors) }

  /// The weight of a module, outputs × inputs.
  ///
  /// `name` is one of ``names``.
  ///
  /// - Throws: ``QuantizedCheckpointError``; ``QuantizedCheckpointError/columnsOutOfOrder(name:)`` where scales belong
  ///   to columns that are not neighbours, for which ``orderedMatrix(_:)`` has an answer.
  /// - Complexity: O(rows · columns), but for MLX and this library's own format, whose codes are
  ///   left where they lie in the file.
  public func matrix(_ name: String) throws(QuantizedCheckpointError) -> AnyQuantized {
    let weight = try orderedMatrix(name)
    guard weight.columns == nil else { throw .columnsOutOfOrder(name: name) }
    return weight.matrix
  }

  /// The weight of a module, with its columns in an order that puts those of one scale together.
  ///
  /// GPTQ's activation order (`desc_act`, `g_idx`) deals columns to groups by their importance; a
  /// matrix of this library has groups of neighbours.
  ///
  /// `name` is one of ``names``.
  ///
  /// - Throws: ``QuantizedCheckpointError``.
  public func orderedMatrix(_ name: String) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix
  {
    guard isQuantized(name) else { throw .notQuantized(name: name) }
    return try reader.matrix(name, in: tensors)
  }
}
