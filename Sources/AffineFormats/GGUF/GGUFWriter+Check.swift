internal import AffineQuant

extension GGUFWriter {
  /// Reads a file that was written, and compares everything in it with what was to be written.
  ///
  /// - Returns: The name of the first key or tensor that is not the same bit for bit, in type, extents or
  ///   bytes, or of one that was not to be there; `nil` if all is the same.
  /// - Throws: ``GGUFError``: no file that can be read.
  /// - Complexity: O(bytes).
  public func firstDifference(in path: String) throws(GGUFError) -> String? {
    let file = try GGUFFile(path: path)
    let keys = Set(metadata.keys).symmetricDifference(file.metadata.keys)
    if let key = keys.min() ?? metadata.keys.first(where: { metadata[$0] != file.metadata[$0] }) {
      return key
    }
    for tensor in tensors {
      guard let other = file[tensor.name], other.type == tensor.type,
        other.dimensions == tensor.dimensions, try file.bytes(of: tensor.name) == tensor.bytes
      else { return tensor.name }
      // One tensor at a time is in memory.
      file.forget(tensor.name)
    }
    let names = Set(tensors.map(\.name))
    return file.tensors.map(\.name).first { !names.contains($0) }
  }
}
