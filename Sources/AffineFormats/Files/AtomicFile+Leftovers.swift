#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension AtomicFile {
  private static let suffix = ".partial"

  /// A name beside a file that no other writer has: `model.gguf.4711.3141592653.partial`.
  static func temporaryName(of target: String) -> String {
    "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max))\(suffix)"
  }

  /// Removes what writers of the same file left when they were killed: nobody holds a lock on it.
  ///
  /// The lock, not the process number in the name, tells who is alive: writers may run on several
  /// machines that share a folder. What cannot be opened or locked stays.
  static func removeLeftovers(of target: String) {
    let (folder, name) = OutputPlace.parts(of: target)
    guard let directory = unsafe opendir(folder) else { return }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
      let other = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      guard isTemporaryName(other, of: name) else { continue }
      let descriptor = unsafe open(
        "\(folder)/\(other)", O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink("\(folder)/\(other)") }
      close(descriptor)
    }
  }

  private static func isTemporaryName(_ other: String, of name: String) -> Bool {
    let (start, end) = ("\(name).".utf8, suffix.utf8)
    guard other.utf8.starts(with: start), other.utf8.reversed().starts(with: end.reversed()),
      other.utf8.count > start.count + end.count
    else { return false }
    let numbers = other.utf8.dropFirst(start.count).dropLast(end.count)
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return numbers.count == 2
      && numbers.allSatisfy {
        $0.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
