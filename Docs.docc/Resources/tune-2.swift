import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining
import Foundation

let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).gguf").path
defer { try? FileManager.default.removeItem(atPath: path) }
var small = try DecoderConfiguration(
  vocabulary: 256, width: 64, layers: 2, heads: 4, feedForward: 128, context: 128)
small.isTied = true
var writer = try GGUFWriter(Transformer(small, recipe: .float32, seed: 1))
writer.setByteTokens()
try writer.write(to: path)

let source = try ModelSource.open(path)
let tokenizer = try source.tokenizer()

// A conversation as the model wants it written; what the assistant says is taught, and nothing else.
let template = try ChatTemplate(
  """
  {% for m in messages %}{{ m.role }}: {{ m.content }}|{% endfor %}\
  {% if add_generation_prompt %}assistant: {% endif %}
  """)
var builder = TokenFileBuilder(
  TokenFile.Source(
    text: 0, tokenizer: 0, vocabulary: source.configuration.vocabulary, prefix: []))
for number in 0..<20 {
  let messages = [
    ChatMessage(role: "user", content: "What comes after \(number)?"),
    ChatMessage(role: "assistant", content: "\(number + 1)"),
  ]
  let taught = try TaughtTokens(messages, template, tokenizer)
  builder.append(taught.tokens, isTaught: taught.isTaught)
}
// Two conversations fit a window of 96 bytes; neither sees the other.
let corpus = try TokenCorpus(builder.file(), sequence: 96)

// QLoRA: frozen weights in NF4, and adapters of rank 4 beside them.
var model = try Transformer(
  source, recipe: .float32, linearsAs: QuantizedType(name: "uint4-group64-nf4"))
try model.addAdapters(rank: 4, alpha: 8, seed: 1)
var settings = TrainingSettings(schedule: .constant(1e-2))
(settings.batch, settings.sequence, settings.validationWindows) = (4, 96, 1)
var trainer = try Trainer(model, .constant(.float32), corpus, settings)
let record = try trainer.run(steps: 20)
precondition(record.curve[19].loss < record.curve[0].loss)
print("loss \(record.curve[0].loss), then \(record.curve[19].loss)")
