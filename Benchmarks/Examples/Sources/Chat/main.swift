// A conversation with a model in a GGUF file: a line is a question, the end of the input ends it. Run it with
//
//     swift run -c release Chat SmolLM2-135M-Instruct.Q4_1.gguf
import AffineFormats
import AffineModels
import Foundation

guard CommandLine.arguments.count == 2 else {
  print("usage: Chat MODEL.gguf")
  exit(2)
}
let file = try GGUFFile(path: CommandLine.arguments[1])
let tokenizer = try BytePairTokenizer(file.metadata)
let template = try ChatTemplate(file.metadata.string("tokenizer.chat_template"))
let model = try LlamaModel(GGUFWeights(file))

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
