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

let text = String(repeating: "the cat sat on the mat. ", count: 60)
var builder = TokenFileBuilder(
  TokenFile.Source(
    text: 0, tokenizer: 0, vocabulary: source.configuration.vocabulary, prefix: []))
builder.continueText(tokenizer.tokens(text, addSpecial: false, parseSpecial: false))
let corpus = try TokenCorpus(builder.file(), sequence: 48)

// All parameters, with products in int8.
let model = try Transformer(source, recipe: .int8MixedPrecision)
var settings = TrainingSettings(schedule: .constant(1e-2))
(settings.batch, settings.sequence, settings.validationWindows) = (4, 48, 4)
var trainer = try Trainer(model, .constant(.int8MixedPrecision), corpus, settings)
_ = try trainer.run(steps: 30)

// The file's metadata and vocabulary, and the tensors as they are now.
guard let file = source.gguf else { preconditionFailure("a folder is not written as GGUF") }
let tuned = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).gguf").path
defer { try? FileManager.default.removeItem(atPath: tuned) }
try GGUFWriter(trainer.model, trainedFrom: file).write(to: tuned)

let runs = try ModelSource.open(tuned).model()
var generator = try Generator(runs, prompt: tokenizer.tokens("the cat"))
for _ in 0..<16 { _ = try generator.next() }
print(tokenizer.text(generator.tokens))
