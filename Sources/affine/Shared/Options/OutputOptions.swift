import AffineFormats
import ArgumentParser

/// What becomes of files that a command is to write and that exist.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Replace files that exist.") var overwrite = false

  /// Looks at files before any work: whether they can be written, and would replace something.
  ///
  /// - Parameters:
  ///   - outputs: Each with its option, or the name of its argument; `nil` is not written.
  ///   - inputs: What is read.
  ///   - kept: What is written too and may be there.
  ///   - protected: What is read and no output may replace.
  /// - Throws: ``Failure`` and ``FileError``.
  func check(
    _ outputs: [(option: String, path: String?)], inputs: [String?] = [],
    kept: [(option: String, path: String?)] = [], protected: [String?] = []
  ) throws {
    let (read, untouched) = (Self.targets(inputs), Self.targets(protected))
    var written: [String: String] = [:]
    for (number, (option, path)) in (kept + outputs).enumerated() {
      guard let path else { continue }
      let place = try OutputPlace(path)
      if !place.isStream, let other = written.updateValue(option, forKey: place.target) {
        throw Failure("'\(path)' is what both \(other) and \(option) would write")
      }
      guard !untouched.contains(place.target) else {
        throw Failure("'\(path)' is what is read, and \(option) would replace it")
      }
      if number < kept.count { continue }
      guard overwrite || !place.exists else {
        throw Failure(
          read.contains(place.target)
            ? "'\(path)' is what is read: --overwrite replaces it"
            : "'\(path)' exists: --overwrite replaces it")
      }
      try AtomicFile.check(place)
    }
  }

  private static func targets(_ paths: [String?]) -> Set<String> {
    Set(paths.compactMap(\.self).compactMap { try? OutputPlace($0).target })
  }
}
