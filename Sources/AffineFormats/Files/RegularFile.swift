#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file, open for reading.
struct RegularFile: ~Copyable {
  let path: String
  let descriptor: Int32
  /// Bytes that it has now.
  let count: Int

  /// Opens a file; a pipe is refused at once, not waited for.
  init(path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last(path, "open") }
    do throws(FileError) {
      count = try Self.count(path, descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    (self.path, self.descriptor) = (path, descriptor)
  }

  private static func count(_ path: String, _ descriptor: Int32) throws(FileError) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .last(path, "read") }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      throw FileError(
        path: path, action: "read",
        reason: kind == S_IFDIR ? "it is a folder" : "not a regular file")
    }
    return Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads all bytes.
  ///
  /// - Throws: ``FileError``, also for a file that becomes shorter meanwhile.
  func contents() throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
        // Some systems refuse more than 2 GiB at a time.
        let part = unsafe read(descriptor, start, min(count - filled, 1 << 30))
        if part < 0 && errno == EINTR { continue }
        guard part > 0 else {
          failure =
            part < 0
            ? .last(path, "read")
            : FileError(path: path, action: "read", reason: "it became shorter meanwhile")
          return
        }
        filled += part
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
