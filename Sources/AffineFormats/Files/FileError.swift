/// A file that cannot be read or written, and what the system says of it.
public struct FileError: Error, Hashable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What was tried: "open", "read", "write".
  public let action: String
  /// The system's words.
  public let reason: String

  public var description: String { "cannot \(action) \(path): \(reason)" }
}
