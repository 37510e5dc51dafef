#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears whole or not at all: written under a temporary name beside its place,
/// flushed, renamed.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32

  /// Writes a file with what `body` writes.
  ///
  /// - Throws: ``FileError``; the temporary file is gone and the old file untouched.
  static func write(
    to path: String, _ body: (inout AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    var file = try AtomicFile(path: path)
    try body(&file)
    try file.commit()
  }

  /// Writes a text in UTF-8.
  ///
  /// - Throws: ``FileError``, as above.
  package static func write(_ text: String, to path: String) throws(FileError) {
    let bytes = Array(text.utf8)
    try write(to: path) { file throws(FileError) in try file.append(bytes.span) }
  }

  private init(path: String) throws(FileError) {
    self.path = path
    let name = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).partial"
    temporaryPath = name
    descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last(path, "write") }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unsafe unlink(temporaryPath)
  }

  /// Appends bytes.
  mutating func append(_ bytes: borrowing Span<UInt8>) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let rest = bytes.extracting(written..<bytes.count)
      let count = unsafe rest.withUnsafeBufferPointer { [descriptor] buffer in
        // Some systems refuse more than 2 GiB at a time.
        unsafe writeOnce(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .last(path, "write") }
      written += count
    }
  }

  private mutating func commit() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw .last(path, "flush") }
    guard unsafe rename(temporaryPath, path) == 0 else { throw .last(path, "rename to") }
    close(descriptor)
    descriptor = -1
  }
}

/// The system's call, which inside the type is hidden by its own `write`.
private func writeOnce(_ descriptor: Int32, _ start: UnsafePointer<UInt8>?, _ count: Int) -> Int {
  unsafe write(descriptor, start, count)
}
