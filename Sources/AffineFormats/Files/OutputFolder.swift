#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder that files are written to.
package enum OutputFolder {
  /// Makes a folder in one that there is, unless it is there itself.
  ///
  /// - Throws: ``FileError``.
  package static func make(_ path: String) throws(FileError) {
    guard unsafe mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    throw FileError(path: path, action: "make", reason: unsafe String(cString: strerror(errno)))
  }
}
