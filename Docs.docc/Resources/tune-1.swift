import AffineFormats
import AffineLayers
import AffineModels
import AffineTraining
import Foundation

// Any GGUF file or folder of Hugging Face will do. This one is small, and knows nothing yet.
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
var generator = try Generator(source.model(), prompt: tokenizer.tokens("It was"))
for _ in 0..<8 { _ = try generator.next() }
print(tokenizer.text(generator.tokens))
