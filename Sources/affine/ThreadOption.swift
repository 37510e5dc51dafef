import AffineQuant
import ArgumentParser

/// On how many threads a command runs.
struct ThreadOption: ParsableArguments {
  @Option(help: "Threads, 1 to 256; by default AFFINE_THREADS or all cores.") var threads: Int?

  func validate() throws {
    if let threads { try require(threads, in: 1...256, for: "--threads") }
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
