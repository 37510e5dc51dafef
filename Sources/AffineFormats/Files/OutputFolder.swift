#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder that files are written to.
package enum OutputFolder {
  /// Makes a folder in one that there is, which is flushed, unless it is there itself.
  ///
  /// - Throws: ``FileError``.
  package static func make(_ path: String) throws(FileError) {
    guard unsafe mkdir(path, 0o777) == 0 else {
      if errno == EEXIST { return }
      throw .last(path, "make")
    }
    // A slash at the end begins no other name.
    var name = path[...]
    while name.count > 1, name.last == "/" { name.removeLast() }
    try OutputPlace.flush(folder: OutputPlace.parts(of: String(name)).folder, of: path)
  }
}
