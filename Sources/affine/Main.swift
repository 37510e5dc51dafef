import AffineFormats
import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs the command, and fails where what it prints is lost.
@main
enum Main {
  static func main() {
    StandardStream.reserve()
    MappedFile.exitWhereFilesShrink()
    do {
      var command = try Affine.parseAsRoot(
        joiningNegatives(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      end(error)
    }
  }

  /// Prints what a command ended with, which may be the help that was asked for.
  private static func end(_ error: any Error) -> Never {
    var code = Affine.exitCode(for: error)
    // Names that come from files may hold anything.
    let lines = Affine.fullMessage(for: error).split(
      separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { String($0).escapingControls }.joined(separator: "\n")
    do {
      guard !text.isEmpty else { exit(code.rawValue) }
      try (code.isSuccess ? StandardStream.output : .error).write(text + "\n")
    } catch { code = .failure }
    exit(code.rawValue)
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
