import ArgumentParser

/// How a command reads the files of a model.
struct ReadingOptions: ParsableArguments {
  @Flag(
    name: .customLong("no-mmap"),
    help: "Copy the model's files into memory, so that they may be rewritten meanwhile.")
  var copies = false
}
