import AffineQuant
import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// On how many threads a command runs.
struct ThreadOption: ParsableArguments {
  @Option(help: "Threads, 1 to 256; by default AFFINE_THREADS or all cores.") var threads: Int?

  func validate() throws {
    if let threads { return try require(threads, in: Execution.threadCounts, for: "--threads") }
    try Self.checkEnvironment()
  }

  /// Refuses a variable of the environment that cannot be meant, of which nothing would be said otherwise.
  static func checkEnvironment() throws {
    guard let text = ProcessInfo.processInfo.environment["AFFINE_THREADS"] else { return }
    guard Execution.threads(named: text) != nil else {
      throw ValidationError(
        "the environment variable AFFINE_THREADS must lie in 1...256, not be '\(text)'")
    }
  }

  func execution(_ set: InstructionSet = .running) -> Execution {
    Execution(threads: threads ?? Execution.standard.threads, instructionSet: set)
  }
}

/// Refuses a value of an option, and says which ones it takes.
func require<Value: Comparable>(
  _ value: Value, in range: ClosedRange<Value>, for option: String
) throws {
  guard range.contains(value) else {
    throw ValidationError(
      "\(option) must lie in \(range.lowerBound)...\(range.upperBound), not be \(value)")
  }
}

/// - Throws: `ValidationError`, if there is a value and it is less.
func require(_ value: Int?, atLeast least: Int, for option: String) throws {
  guard let value, value < least else { return }
  throw ValidationError("\(option) must be \(least) or more, not \(value)")
}
