import ArgumentParser

/// Precision laws: fits them, predicts and plans with them, and trains what they are fitted on.
struct LawsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laws",
    abstract: "Predict what training and serving in few bits cost in loss, and plan a budget.",
    discussion: """
      Examples:
        affine laws sweep --text book.txt --folder runs --part 1/4
        affine laws sweep --folder runs --collect rows.csv
        affine laws fit rows.csv --plot fit.svg --output law.json
        affine laws predict --parameters 1e9 --tokens 2e10 --weight-bits 8
        affine laws plan --compute 1e20
      """,
    subcommands: [
      LawsFitCommand.self, LawsPredictCommand.self, LawsPlanCommand.self, LawsSweepCommand.self,
    ])
}
