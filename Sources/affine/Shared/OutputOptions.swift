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
  /// - Throws: ``Failure`` and ``FileError``.
  func check(_ outputs: [(option: String, path: String?)], inputs: [String?] = []) throws {
    let read = Set(inputs.compactMap(\.self).compactMap { try? OutputPlace($0).target })
    var written: [String: String] = [:]
    for (option, path) in outputs {
      guard let path else { continue }
      let place = try OutputPlace(path)
      if !place.isStream, let other = written.updateValue(option, forKey: place.target) {
        throw Failure("'\(path)' is what both \(other) and \(option) would write")
      }
      guard overwrite || !place.exists else {
        throw Failure(
          read.contains(place.target)
            ? "'\(path)' is what is read: --overwrite replaces it"
            : "'\(path)' exists: --overwrite replaces it")
      }
      try AtomicFile.check(place)
    }
  }
}
