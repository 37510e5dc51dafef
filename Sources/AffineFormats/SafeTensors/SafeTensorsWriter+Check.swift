internal import AffineQuant

extension SafeTensorsWriter {
  /// Reads a file that was written, and compares everything in it with what was to be written.
  ///
  /// - Returns: The name of the first tensor that is not the same bit for bit, in type, shape or bytes, or
  ///   of one that was not to be there; `__metadata__` for other metadata; `nil` if all is the same.
  /// - Throws: ``SafeTensorsError``: no file that can be read.
  /// - Complexity: O(bytes).
  public func firstDifference(in path: String) throws(SafeTensorsError) -> String? {
    let file = try SafeTensorsFile(path: path)
    guard file.header.metadata == metadata else { return "__metadata__" }
    for tensor in tensors {
      guard let entry = file.header[tensor.name], entry.element == tensor.element,
        entry.shape == tensor.shape, try file.bytes(of: tensor.name) == tensor.bytes
      else { return tensor.name }
    }
    let names = Set(tensors.map(\.name))
    return file.names.first { !names.contains($0) }
  }
}
