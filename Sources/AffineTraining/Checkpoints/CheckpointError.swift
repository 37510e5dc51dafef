public import AffineFormats
public import AffineQuant

/// A checkpoint that cannot be written, or does not hold what is asked of it.
public enum CheckpointError: Error, Hashable {
  /// The system's error, a file that is no checkpoint, or two tensors with one name.
  case file(SafeTensorsError)
  /// A name of metadata that begins as the descriptions of quantized tensors do.
  case reservedName(String)
  /// A tensor that is no matrix of float32, bfloat16 or codes.
  case unreadable(tensor: String, found: String)
  /// No tensor of this name.
  case missingTensor(String)
  /// A tensor that the model has no place for.
  case unexpectedTensor(String)
  /// A tensor of another shape.
  case wrongShape(tensor: String, expected: Shape, found: Shape)
  /// A tensor of another type, as `float32` or `int8-row`.
  case wrongType(tensor: String, expected: String, found: String)
  /// A name that is not ASCII and longer than any has to be.
  case longName(beginning: String, bytes: Int)
  /// No metadata of this name.
  case missingText(String)
  /// A checkpoint of no run, or of a layout that this version of the library does not know.
  case unknownVersion(Int?)
  /// A run with another text, model, recipe or setting, and what it has another of.
  case otherRun(place: String, expected: String, found: String)
  /// Metadata that is not what it should be.
  case wrongText(name: String, expected: String, found: String)
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .reservedName(let name):
      "metadata cannot be named '\(name)': 'affine.' begins what describes quantized tensors"
    case .longName(let beginning, let bytes):
      "the name '\(beginning)…' of \(bytes) bytes is too long for one that is not ASCII"
    case .unreadable(let tensor, let found):
      "the tensor '\(tensor)' is \(found), not a matrix of float32, bfloat16 or codes"
    case .missingTensor(let name): "the checkpoint has no tensor '\(name)'"
    case .unexpectedTensor(let name): "the model has no parameter '\(name)', which the file has"
    case .wrongShape(let tensor, let expected, let found):
      "the tensor '\(tensor)' is \(found), not \(expected)"
    case .wrongType(let tensor, let expected, let found):
      "the tensor '\(tensor)' is \(found), not \(expected)"
    case .missingText(let name): "the checkpoint says nothing of '\(name)'"
    case .unknownVersion(let version):
      "the checkpoint's layout "
        + (version.map { "has version \($0)" } ?? "is older than version 1, or it is of no run")
        + ": a run goes on from version \(RunIdentity.currentVersion), and a model can be taken from any"
    case .otherRun(let place, let expected, let found):
      "the checkpoint is of another run: \(place) is \(found) there, not \(expected)"
    case .wrongText(let name, let expected, let found):
      "the checkpoint says '\(found)' of '\(name)', which is not \(expected)"
    }
  }
}
