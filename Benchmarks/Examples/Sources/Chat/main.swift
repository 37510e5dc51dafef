// A conversation with a model in a GGUF file or a folder of Hugging Face: a line is a question, the end of the input ends it. Run it with
//
//     swift run -c release Chat SmolLM2-135M-Instruct.Q4_1.gguf
import AffineModels
import Foundation

guard CommandLine.arguments.count == 2 else {
  print("usage: Chat MODEL")
  exit(2)
}
let source = try ModelSource.open(CommandLine.arguments[1])
guard let rule = try source.chatTemplate() else {
  print("the model has no template of a conversation")
  exit(1)
}
let (tokenizer, template) = (try source.tokenizer(), try ChatTemplate(rule))
let model = try source.model()

func name(_ token: Int?) -> String {
  token.map { tokenizer.text([$0], showSpecial: true) } ?? ""
}

var messages: [ChatMessage] = []
while let line = readLine() {
  messages.append(ChatMessage(role: "user", content: line))
  let (begin, end) = (name(tokenizer.bosToken), name(tokenizer.eosToken))
  let text = try template.render(messages: messages, bosToken: begin, eosToken: end)
  let isBegun = !begin.isEmpty && text.hasPrefix(begin)
  let prompt = tokenizer.tokens(text, addSpecial: !isBegun, parseSpecial: true)

  var generator = try Generator(model, prompt: prompt, ends: tokenizer.ends)
  var (stream, answer) = (TokenStream(tokenizer), "")
  func say(_ part: String) {
    answer += part
    FileHandle.standardOutput.write(Data(part.utf8))
  }
  while generator.tokens.count < prompt.count + 64, let token = try generator.next() {
    say(stream.append(token))
  }
  say(stream.finish())
  print()
  messages.append(ChatMessage(role: "assistant", content: answer))
}
