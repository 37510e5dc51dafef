// Finds the lines of a text that mean what is asked. Run it with
//
//     swift run -c release TextSearch all-MiniLM-L6-v2 book.txt "a proposal of marriage"
import AffineFormats
import AffineModels
import AffineQuant
import Foundation

let arguments = CommandLine.arguments
guard arguments.count == 4 else {
  print("usage: TextSearch MODEL-FOLDER TEXT QUESTION")
  exit(2)
}
var embedder = try TextEmbedder(folder: arguments[1])
// Weights of 4 bits with a scale for 32, inputs of 8 bits with one a token.
try embedder.quantize(as: Int4Weight.type, inputs: Int8Activations.type, by: RoundToNearest())

let text = try String(contentsOfFile: arguments[2], encoding: .utf8)
let lines = text.split(separator: "\n").map(String.init).filter { $0.count > 30 }.prefix(400)
let vectors = try embedder.embeddings(of: Array(lines))
let question = try embedder.embeddings(of: [arguments[3]])

// Embeddings have a length of one, so their product is the cosine of the angle between them: one product of
// the question with all lines, whose embeddings are kept in a byte a value.
let index = try Int8Weight(quantizing: vectors).tiled()
let cosines = try linear(Int8Activations(quantizing: question), index)
let best = lines.indices.sorted { cosines[0, $0] > cosines[0, $1] }.prefix(5)
for line in best { print("\((cosines[0, line] * 1000).rounded() / 1000)  \(lines[line])") }
print("\(lines.count) lines in \(index.byteCount) bytes")
