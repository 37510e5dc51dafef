#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a path for output leads to: links are followed, so that they stay links.
package struct OutputPlace {
  /// As it was named.
  let path: String
  /// What it is without links; of a stream, the path itself.
  package let target: String
  /// Whether it is a device or a pipe, which is written through.
  package let isStream: Bool
  /// What a regular file at this place is now.
  private let old: stat?

  /// Whether there is a regular file that would be replaced.
  package var exists: Bool { old != nil }

  /// Most links that a path may lead through, as in Linux.
  private static let mostLinks = 40

  /// Follows links.
  ///
  /// - Throws: ``FileError``: a folder or a disk, links that lead nowhere, the file that standard output
  ///   goes to.
  package init(_ path: String) throws(FileError) {
    self.path = path
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .last(path, "write") }
      (target, isStream, old) = (try Self.end(ofLinks: path), false, nil)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      for stream in [StandardStream.output, .error] where stream.isFile(status) {
        throw FileError(
          path: path, action: "write", reason: "it is where the output of the command goes")
      }
      guard let resolved = unsafe realpath(path, nil) else { throw .last(path, "write") }
      defer { unsafe free(resolved) }
      (target, isStream, old) = (unsafe String(cString: resolved), false, status)
    case S_IFCHR, S_IFIFO: (target, isStream, old) = (path, true, nil)
    case S_IFDIR: throw FileError(path: path, action: "write", reason: "it is a folder")
    default:
      throw FileError(path: path, action: "write", reason: "it is no file, terminal or pipe")
    }
  }

  /// Where a path leads that ends at no file.
  private static func end(ofLinks path: String) throws(FileError) -> String {
    var place = path
    for _ in 0..<mostLinks {
      let room = 4096
      var bytes = [CChar](repeating: 0, count: room)
      let count = unsafe readlink(place, &bytes, room)
      guard count >= 0 else { return place }
      let link = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      place = link.hasPrefix("/") ? link : "\(parts(of: place).folder)/\(link)"
    }
    throw FileError(path: path, action: "write", reason: "it leads through too many links")
  }

  /// The folder of a path, and the name in it.
  static func parts(of path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  /// - Throws: ``FileError``: a file that is protected, which a rename would not ask about.
  func requireWritable() throws(FileError) {
    guard exists || isStream else { return }
    guard unsafe access(target, W_OK) == 0 else { throw .last(path, "write") }
  }

  /// Opens a device or a pipe.
  ///
  /// - Throws: ``FileError``, also for a pipe that nobody reads.
  func openStream() throws(FileError) -> Int32 {
    let descriptor = unsafe open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENXIO {
        throw FileError(path: path, action: "write", reason: "nobody reads from it")
      }
      throw .last(path, "write")
    }
    // Only opening must not wait.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return descriptor
  }

  /// Gives a new file what the old one had; who may not keep an owner becomes it.
  func keepOwnerAndMode(on descriptor: Int32) {
    guard let old else { return }
    _ = fchown(descriptor, old.st_uid, old.st_gid)
    // After the owner, a change of which takes bits away.
    _ = fchmod(descriptor, old.st_mode & 0o7777)
  }

  /// Flushes the folder, in which a new name stands.
  func flushFolder() throws(FileError) {
    try Self.flush(folder: Self.parts(of: target).folder, of: path)
  }

  /// Flushes the folder in which something new stands.
  static func flush(folder: String, of path: String) throws(FileError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    // Some folders can be written to and not read; some systems have nothing to flush.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno != EIO else { throw .last(path, "flush the folder of") }
  }
}

extension StandardStream {
  /// Whether it goes to a file.
  fileprivate func isFile(_ file: stat) -> Bool {
    var status = stat()
    return unsafe fstat(rawValue, &status) == 0
      && (status.st_dev, status.st_ino) == (file.st_dev, file.st_ino)
  }
}
