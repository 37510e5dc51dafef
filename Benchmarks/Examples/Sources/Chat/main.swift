// A conversation with a model in a GGUF file or a folder of Hugging Face: a line is a question, the end of the input ends it. Run it with
//
//     swift run -c release Chat SmolLM2-135M-Instruct.Q4_1.gguf
import AffineModels
import Foundation

guard CommandLine.arguments.count == 2 else {
  print("usage: Chat MODEL")
  exit(2)
}
var options = GenerationOptions()
options.maximumTokens = 64
var conversation = Conversation(
  try LanguageModel(CommandLine.arguments[1]), system: nil, options)
while let line = readLine() {
  try conversation.answer(line) { FileHandle.standardOutput.write(Data($0.utf8)) }
  print()
}
