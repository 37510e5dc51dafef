/// What went wrong, in one sentence: a command that throws it prints the sentence and fails.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
