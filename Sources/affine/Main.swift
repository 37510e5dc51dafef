import AffineDistributed
import AffineFormats
import ArgumentParser

/// Runs the command, and fails where what it prints is lost.
@main
enum Main {
  static func main() {
    StandardStream.reserve()
    MappedFile.exitWhereFilesShrink()
    do {
      let ranks = try Ranks.join()
      try requireText()
      var command = try Affine.parseAsRoot(
        joiningNegatives(Array(CommandLine.arguments.dropFirst())))
      guard ranks.size == 1 || command is any RankedCommand else {
        throw Failure(
          "\(ranks.size) ranks would all do the same: affine train and generate divide their work")
      }
      try command.run()
      Ranks.end("", code: 0)
    } catch {
      end(error)
    }
  }

  /// Refuses an argument that is no text: as one it would have other characters than were given.
  private static func requireText() throws {
    for index in 1..<max(Int(CommandLine.argc), 1) {
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { continue }
      let isText = unsafe String(validatingCString: argument) != nil
      guard isText else { throw Failure("argument \(index) is not UTF-8") }
    }
  }

  /// Prints what a command ended with, which may be the help that was asked for.
  private static func end(_ error: any Error) -> Never {
    let code = Affine.exitCode(for: error)
    // Names that come from files may hold anything, a character of a million marks too, which take long to compare.
    let lines = Affine.fullMessage(for: error).unicodeScalars.split(
      separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { String($0).escapingControls }.joined(separator: "\n")
    Ranks.end(text, code: code.rawValue)
  }

  /// Joins an option and the negative number after it, which would be taken for another option: its range
  /// is what a person wants to hear of.
  static func joiningNegatives(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      if let last = joined.last, last.hasPrefix("--"), last.count > 2, !last.contains("="),
        argument.hasPrefix("-"), Double(argument) != nil
      {
        joined[joined.count - 1] = "\(last)=\(argument)"
      } else {
        joined.append(argument)
      }
    }
    return joined
  }
}

/// Prints a line on standard output.
///
/// - Throws: ``FileError``, so that a command fails that says nothing.
func show(_ text: String) throws { try StandardStream.output.write(text + "\n") }
