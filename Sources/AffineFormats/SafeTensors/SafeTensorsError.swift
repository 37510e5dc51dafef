public import AffineQuant

/// A safetensors file that cannot be read as asked, or tensors that cannot be written.
public enum SafeTensorsError: Error, Hashable {
  /// The system's error.
  case file(FileError)
  /// A file that begins as files of another kind do.
  case otherKind(String)
  /// An index of several files that cannot be read, or does not tell what is in them.
  case malformedIndex(reason: String)
  /// A file that an index names, and what is wrong with it.
  indirect case part(file: String, SafeTensorsError)
  /// Fewer than the 8 bytes of the header's length.
  case tooShort(bytes: Int)
  /// A header longer than the format allows, 100 MB, or than the file.
  case headerLength(UInt64, fileBytes: Int)
  /// A header that is not JSON, repeats a name, or is not an object of objects.
  case malformedHeader(reason: String, byte: Int)
  /// A tensor without, or with a wrong, `dtype`, `shape` or `data_offsets`.
  case malformedEntry(name: String, reason: String)
  /// An element type that the format does not have.
  case unknownElement(name: String, element: String)
  /// A byte range that is not the size of the shape.
  case wrongSize(name: String, shape: [Int], element: TensorElement, bytes: Int)
  /// Byte ranges that overlap, leave a hole, or end outside the file.
  case misplaced(name: String, range: Range<Int>, expectedStart: Int, dataBytes: Int)
  /// No such tensor.
  case missing(name: String)
  /// A tensor of another element type or rank than was asked for.
  case unexpected(name: String, expected: String, found: String)
  /// Two tensors of one name to write.
  case duplicate(name: String)
  /// A quantized tensor whose description or parts do not fit.
  case malformedQuantized(name: String, reason: String)
  /// Parts that are not a quantized matrix.
  case quantization(name: String, QuantizationError)
}

extension SafeTensorsError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .otherKind(let kind): "this is \(kind)"
    case .malformedIndex(let reason): "the index of the files: \(reason)"
    case .part(let file, let error): "the file '\(file)': \(error)"
    case .tooShort(0): "the file is empty"
    case .tooShort(let bytes): "a safetensors file begins with 8 bytes, and this one has \(bytes)"
    case .headerLength(let length, let bytes):
      "a header of \(length) bytes does not fit a file of \(bytes), or the limit of 100 000 000"
    case .malformedHeader(let reason, let byte): "the header is wrong at byte \(byte): \(reason)"
    case .malformedEntry(let name, let reason): "the tensor '\(name)': \(reason)"
    case .unknownElement(let name, let element):
      "the tensor '\(name)' has the unknown element type '\(element)'"
    case .wrongSize(let name, let shape, let element, let bytes):
      "the tensor '\(name)' of shape \(shape) and type \(element.rawValue) cannot have \(bytes) bytes"
    case .misplaced(let name, let range, let start, let bytes):
      "the tensor '\(name)' lies at \(range) of \(bytes) bytes and should start at \(start)"
    case .missing(let name): "there is no tensor '\(name)'"
    case .unexpected(let name, let expected, let found):
      "the tensor '\(name)' is \(found), not \(expected)"
    case .duplicate(let name): "two tensors are named '\(name)'"
    case .malformedQuantized(let name, let reason): "the quantized tensor '\(name)': \(reason)"
    case .quantization(let name, let error): "the quantized tensor '\(name)': \(error)"
    }
  }
}
