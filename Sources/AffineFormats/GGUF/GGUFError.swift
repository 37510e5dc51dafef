public import AffineQuant

/// A GGUF file that cannot be read as asked, or tensors that cannot be written.
public enum GGUFError: Error, Hashable {
  /// The system's error.
  case file(FileError)
  /// A file that does not begin with the letters GGUF, and what it begins as, if that is known.
  case notGGUF(fileBytes: Int, kind: String?)
  /// A version other than 2 and 3.
  case unsupportedVersion(UInt32)
  /// A file whose numbers have their highest byte first.
  case bigEndian
  /// A part of a model in several files that is not the first, which names the others.
  case laterPart(number: Int, of: Int)
  /// A first part whose name does not tell those of the others, `NAME-00001-of-00002.gguf`.
  case partName(String, of: Int)
  /// A part that says another number of itself or of all.
  case wrongPart(path: String, found: String, expected: String)
  /// Parts that together have more or fewer tensors than the first says.
  case wrongTensorCount(found: Int, expected: Int)
  /// A file that ends before something that begins at a byte of it does.
  case truncated(byte: Int, needed: UInt64, fileBytes: Int)
  /// More things than the rest of the file could hold.
  case tooMany(of: String, count: UInt64, byte: Int, fileBytes: Int)
  /// Text that is not UTF-8.
  case malformedText(byte: Int)
  /// A truth value that is neither 0 nor 1.
  case malformedBool(UInt8, byte: Int)
  /// A type of metadata that the format does not have.
  case unknownValueType(UInt32, byte: Int)
  /// Arrays in arrays, deeper than any sense.
  case tooDeep(limit: Int)
  /// Two values of one key.
  case duplicateKey(String)
  /// An alignment that is not a power of two of type uint32.
  case invalidAlignment(GGUFValue)
  /// More dimensions than the format's four.
  case tooManyDimensions(name: String, count: UInt32)
  /// Extents that are zero or whose product is no size.
  case invalidExtents(name: String, dimensions: [UInt64])
  /// A number that is no type of tensors.
  case unknownTensorType(name: String, type: UInt32)
  /// Rows that are not whole blocks.
  case partialBlock(name: String, columns: Int, type: GGUFTensorType)
  /// Two tensors of one name.
  case duplicateTensor(name: String)
  /// A tensor that starts at no multiple of the alignment.
  case misaligned(name: String, offset: UInt64, alignment: Int)
  /// A tensor that ends outside the file.
  case outOfRange(name: String, offset: UInt64, bytes: Int, dataBytes: Int)
  /// Two tensors that share bytes.
  case overlapping(name: String, other: String)
  /// No such key.
  case missingKey(String)
  /// A value of another type than was asked for.
  case unexpectedValue(key: String, expected: String, found: String)
  /// No such tensor.
  case missing(name: String)
  /// A tensor whose type has no values, or no codes and scales, here.
  case unsupportedType(name: String, type: GGUFTensorType, wanted: String)
  /// Parts that are not a quantized matrix: a scale that is not finite.
  case quantization(name: String, QuantizationError)
  /// Bytes to write that are not the size of the shape.
  case wrongSize(name: String, dimensions: [Int], type: GGUFTensorType, bytes: Int)
  /// A quantized matrix to write that no type of tensors holds.
  case unwritableType(name: String, type: QuantizedType)
  /// A matrix to write that begins inside a group.
  case cutGroup(name: String, columns: Int)
  /// A scale or bias to write that the type of tensors does not hold.
  case inexactScale(name: String, Float, type: GGUFTensorType)
}

extension GGUFError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .notGGUF(let bytes, let kind):
      kind.map { "this is \($0)" }
        ?? (bytes == 0
          ? "the file is empty" : "these \(bytes) bytes do not begin with the letters GGUF")
    case .unsupportedVersion(let version): "GGUF version \(version) is not 2 or 3"
    case .bigEndian: "this is a big-endian GGUF file, and only little-endian ones are read"
    case .laterPart(let number, let count):
      "this is part \(number) of a model in \(count) files, which is read by naming the first"
    case .partName(let name, let count):
      "'\(name)' is the first of \(count) files and should be named …\(GGUFParts.suffix(1, count))"
    case .wrongPart(let path, let found, let expected):
      "'\(path)' says that it is \(found), and not \(expected)"
    case .wrongTensorCount(let found, let expected):
      "the files have \(found) tensors together, and the first says \(expected)"
    case .truncated(let byte, let needed, let bytes):
      "\(needed) bytes are needed at byte \(byte), and the file has \(bytes)"
    case .tooMany(let what, let count, let byte, let bytes):
      "\(count) \(what) announced at byte \(byte) do not fit a file of \(bytes) bytes"
    case .malformedText(let byte): "the text at byte \(byte) is not UTF-8"
    case .malformedBool(let value, let byte): "the truth value at byte \(byte) is \(value)"
    case .unknownValueType(let type, let byte):
      "the metadata at byte \(byte) has the unknown type \(type)"
    case .tooDeep(let limit): "arrays are nested deeper than \(limit)"
    case .duplicateKey(let key): "the key '\(key)' stands twice"
    case .invalidAlignment(let value):
      "general.alignment is \(value.summary), not a power of two of type uint32"
    case .missingKey(let key): "there is no metadata '\(key)'"
    case .unexpectedValue(let key, let expected, let found):
      "the metadata '\(key)' is \(found), not \(expected)"
    default: tensorDescription
    }
  }

  /// What is wrong with a tensor.
  private var tensorDescription: String {
    switch self {
    case .tooManyDimensions(let name, let count):
      "the tensor '\(name)' has \(count) dimensions, and 4 are allowed"
    case .invalidExtents(let name, let dimensions):
      "the tensor '\(name)' has the impossible extents \(dimensions)"
    case .unknownTensorType(let name, let type):
      "the tensor '\(name)' has the unknown type \(type)"
    case .partialBlock(let name, let columns, let type):
      "the tensor '\(name)': \(columns) columns are not whole blocks of \(type.blockSize) (\(type))"
    case .duplicateTensor(let name): "two tensors are named '\(name)'"
    case .misaligned(let name, let offset, let alignment):
      "the tensor '\(name)' starts at \(offset), which is no multiple of \(alignment)"
    case .outOfRange(let name, let offset, let bytes, let dataBytes):
      "the tensor '\(name)' has \(bytes) bytes at \(offset) of data of \(dataBytes)"
    case .overlapping(let name, let other): "the tensors '\(name)' and '\(other)' share bytes"
    case .missing(let name): "there is no tensor '\(name)'"
    case .unsupportedType(let name, let type, let wanted):
      "the tensor '\(name)' of type \(type) cannot be read as \(wanted)"
    case .quantization(let name, let error): "the tensor '\(name)': \(error)"
    case .wrongSize(let name, let dimensions, let type, let bytes):
      "the tensor '\(name)' of shape \(dimensions) and type \(type) cannot have \(bytes) bytes"
    case .unwritableType(let name, let type): "no type of GGUF tensors holds '\(name)', \(type)"
    case .cutGroup(let name, let columns):
      "the matrix '\(name)' begins \(columns) columns inside a group"
    case .inexactScale(let name, let value, let type):
      "the tensor '\(name)': a scale or bias \(value) is no number that \(type) holds"
    default: preconditionFailure("an error without a description")
    }
  }
}
