#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears whole or not at all: written under a temporary name beside its place,
/// flushed, renamed. Devices and pipes, which nothing can take the place of, are written through.
package struct AtomicFile: ~Copyable {
  private let place: OutputPlace
  /// `nil`: written through.
  private let temporaryPath: String?
  private var descriptor: Int32

  /// Writes a file with what `body` writes.
  ///
  /// - Throws: ``FileError``; the temporary file is gone and the old file untouched.
  static func write(
    to path: String, _ body: (inout AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    let place = try OutputPlace(path)
    if !place.isStream { removeLeftovers(of: place.target) }
    var file = try AtomicFile(place)
    try body(&file)
    try file.commit()
  }

  /// Writes a text in UTF-8.
  ///
  /// - Throws: ``FileError``, as above.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes.
  ///
  /// - Throws: ``FileError``, as above.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(to: path) { file throws(FileError) in try file.append(bytes.span) }
  }

  /// Finds out whether a file could be written, and leaves nothing behind.
  ///
  /// - Throws: ``FileError``, as writing would.
  package static func check(_ place: OutputPlace) throws(FileError) {
    // A reader that waits at a pipe would take its opening and closing for all there is.
    if place.isStream { return try place.requireWritable() }
    _ = try AtomicFile(place)
  }

  private init(_ place: OutputPlace) throws(FileError) {
    try place.requireWritable()
    let (name, open) = try Self.open(place)
    (self.place, temporaryPath, descriptor) = (place, name, open)
    place.keepOwnerAndMode(on: descriptor)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if let temporaryPath { unsafe unlink(temporaryPath) }
  }

  private static func open(
    _ place: OutputPlace
  ) throws(FileError) -> (temporaryPath: String?, descriptor: Int32) {
    if place.isStream { return (nil, try place.openStream()) }
    while true {
      let name = temporaryName(of: place.target)
      let descriptor = create(name)
      guard descriptor >= 0 else {
        if errno == EEXIST { continue }
        throw .last(place.path, "write")
      }
      // Before it is locked, another writer may take it for a leftover and remove it.
      var status = stat()
      let isRemoved =
        unsafe flock(descriptor, LOCK_EX) == 0 && fstat(descriptor, &status) == 0
        && status.st_nlink == 0
      guard isRemoved else { return (name, descriptor) }
      close(descriptor)
    }
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
      guard count > 0 else { throw .last(place.path, "write") }
      written += count
    }
  }

  private mutating func commit() throws(FileError) {
    let open = descriptor
    if let temporaryPath {
      guard fsync(open) == 0 else { throw .last(place.path, "flush") }
      guard unsafe rename(temporaryPath, place.target) == 0 else {
        throw .last(place.path, "rename to")
      }
    }
    descriptor = -1
    guard close(open) == 0 else { throw .last(place.path, "write") }
    if temporaryPath != nil { try place.flushFolder() }
  }
}

/// The system's call, which inside the type is hidden by its own `open`.
private func create(_ path: String) -> Int32 {
  unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
}

/// Likewise.
private func writeOnce(_ descriptor: Int32, _ start: UnsafePointer<UInt8>?, _ count: Int) -> Int {
  unsafe write(descriptor, start, count)
}
