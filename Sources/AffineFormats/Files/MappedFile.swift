public import AffineQuant

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file mapped into memory for reading; its bytes are read when they are touched.
///
/// A file that another program makes shorter while it is mapped cannot be read any more, and the
/// system ends a program that tries: replace files, as this library does, do not rewrite them, or copy
/// what may be rewritten.
@safe
public final class MappedFile: Sendable {
  /// The bytes of the file; they keep the mapping alive.
  public let bytes: Buffer<UInt8>
  private let isMapped: Bool

  /// Maps a regular file.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - copies: Read all bytes into memory at once: nothing that happens to the file later matters.
  /// - Throws: ``FileError``, of a copy also for a file that becomes shorter meanwhile.
  public init(path: String, copies: Bool = false) throws(FileError) {
    let file = try RegularFile(path: path)
    let count = file.count
    // A mapping cannot be empty.
    isMapped = !copies && count > 0
    guard isMapped else {
      bytes = Buffer(try file.contents())
      return
    }
    let start = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let start = unsafe start, unsafe start != MAP_FAILED else { throw .last(path, "map") }
    let mapping = unsafe Mapping(start: start, count: count)
    unsafe bytes = Buffer(
      unsafeStart: UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: count,
      owner: mapping)
  }
}

extension MappedFile {
  /// Whether there is something of a name, which may still be no regular file.
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Reads a regular file whole, into memory of its own: nothing that happens to the file later matters.
  ///
  /// - Throws: ``FileError``, also for a file that becomes shorter meanwhile.
  /// - Complexity: O(bytes), of time and memory.
  public static func contents(of path: String) throws(FileError) -> [UInt8] {
    try RegularFile(path: path).contents()
  }

  /// From now on, ends the program with a sentence and status 1 where a mapped file has become shorter
  /// than what is read of it: the system has no error for that, only a signal.
  package static func exitWhereFilesShrink() {
    signal(SIGBUS) { _ in
      let message: StaticString = "Error: a file became shorter while it was read\n"
      // Nothing but these two calls may be made here.
      _ = unsafe write(StandardStream.error.rawValue, message.utf8Start, message.utf8CodeUnitCount)
      _exit(1)
    }
  }

  /// How far around a page Linux maps what it has read already.
  private static let readAround = 64 << 10

  /// Gives the memory of the pages that some bytes lie in back to the system; the bytes stay, and
  /// are read from the file again when they are touched.
  ///
  /// `range` counts bytes from the file's first.
  public func forget(_ range: Range<Int>) {
    guard isMapped else { return }
    let page = max(Int(sysconf(Int32(_SC_PAGESIZE))), 1)
    // The system reads what lies around a page with it.
    let first = max(range.lowerBound - Self.readAround, 0) / page * page
    let end = min(range.upperBound, bytes.count - Self.readAround) + Self.readAround
    guard first < end else { return }
    // Of a file nothing is lost: pages are as they were read. A refusal only leaves them in memory.
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: bytes.pointer + first), end - first,
      MADV_DONTNEED)
  }
}

/// The pages of a mapping, given back with their last user.
@safe
private final class Mapping {
  private let start: UnsafeMutableRawPointer
  private let count: Int

  init(start: UnsafeMutableRawPointer, count: Int) {
    unsafe self.start = unsafe start
    self.count = count
  }

  deinit { unsafe munmap(start, count) }
}

extension FileError {
  /// The error that the last system call left.
  static func last(_ path: String, _ action: String) -> FileError {
    FileError(path: path, action: action, reason: unsafe String(cString: strerror(errno)))
  }
}
