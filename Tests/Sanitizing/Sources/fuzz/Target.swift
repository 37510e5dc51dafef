import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining

/// A reader of what strangers write.
///
/// It may refuse any bytes with an error; a trap, a fault, a result that contradicts itself, too much
/// memory and too much time are what the fuzzer looks for.
enum Target: String, CaseIterable {
  case safetensors, gguf, json, template, tokenizer, tokenizerFile, checkpoint, csv, settings, run

  func feed(_ bytes: [UInt8]) {
    do {
      switch self {
      case .safetensors: try Self.safetensors(bytes)
      case .gguf: try Self.gguf(bytes)
      case .json: try Self.json(bytes)
      case .template: try Self.template(bytes)
      case .tokenizer: try Self.tokenizer(bytes)
      case .tokenizerFile: try Self.tokenizerFile(bytes)
      case .checkpoint: try Self.checkpoint(bytes)
      case .csv: try Self.csv(bytes)
      case .settings: try Self.settings(bytes)
      case .run: try Self.run(bytes)
      }
    } catch {
      // Every error has words.
      precondition(!"\(error)".isEmpty)
    }
  }

  private static func safetensors(_ bytes: [UInt8]) throws {
    let file = try SafeTensorsFile(contents: Buffer(bytes))
    for name in file.names {
      _ = try file.bytes(of: name)
      _ = try? file.matrix(name, as: Float.self)
    }
    for name in file.quantizedNames {
      guard let matrix = try? file.quantized(name) else { continue }
      _ = matrix.dequantized(as: Float.self)
    }
    // What is written is what was read.
    let checkpoint = try Checkpoint(contents: Buffer(bytes))
    let written = try checkpoint.contents()
    let again = try Checkpoint(contents: Buffer(written))
    let same = try again.contents() == written
    precondition(same && again.metadata == checkpoint.metadata)
  }

  private static func gguf(_ bytes: [UInt8]) throws {
    let file = try GGUFFile(contents: Buffer(bytes))
    for key in file.metadata.keys { _ = file.metadata[key]?.summary }
    for tensor in file.tensors {
      _ = try file.bytes(of: tensor.name)
      _ = try? file.matrix(tensor.name) as Matrix<Float>
      guard let matrix = try? file.quantized(tensor.name) else { continue }
      _ = matrix.dequantized(as: Float.self)
    }
    // Whether the tensors are a model or not; a file is of one kind.
    var tokenizer: (any LanguageTokenizer)? = try? BytePairTokenizer(file.metadata)
    if tokenizer == nil { tokenizer = try? PieceTokenizer(file.metadata) }
    var tokens = [0]
    if let tokenizer {
      tokens = tokenizer.tokens("he a", addSpecial: true, parseSpecial: true)
      precondition(tokens.allSatisfy { (0..<tokenizer.tokenCount).contains($0) })
      _ = tokenizer.text(tokens, showSpecial: true)
    }
    let weights = try GGUFWeights(file)
    _ = try? weights.tokenizer()
    let model = try DecoderModel(weights, activations: .float32, on: .threads(1))
    let vocabulary = model.configuration.vocabulary
    var generator = try Generator(
      model, prompt: tokens.filter { $0 < vocabulary } + [0], ends: [],
      cache: KeyValueCache(model.configuration, format: .float32), on: .threads(1))
    _ = try generator.next()
  }

  private static func json(_ bytes: [UInt8]) throws {
    _ = try? LawRow.read(json: bytes)
    _ = try? TrainingDocument.lines(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    if let decoder = DecoderConfiguration(json: text) { precondition(decoder.json == text) }
    _ = try QuantizedCheckpoint(files: [], configuration: text)
  }

  private static func template(_ bytes: [UInt8]) throws {
    let template = try ChatTemplate(String(decoding: bytes, as: UTF8.self))
    let messages = [
      ChatMessage(role: "system", content: "be\nbrief "), ChatMessage(role: "user", content: "<é>"),
      ChatMessage(role: "assistant", content: ""), ChatMessage(role: "user", content: " 'x' \"y\""),
    ]
    _ = try template.render(messages: messages, bosToken: "<s>", eosToken: "</s>")
  }

  /// Two bytes that choose, the tokens after the 256 bytes a line, the merges a line, and a text, divided
  /// by bytes of one.
  private static func tokenizer(_ bytes: [UInt8]) throws {
    guard bytes.count > 2 else { return }
    let parts = bytes.dropFirst(2).split(
      separator: 1, maxSplits: 2, omittingEmptySubsequences: false
    )
    .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3 else { return }
    let lines = parts[0].split(separator: "\n").map(String.init)
    guard bytes[0] < 0x80 else {
      let specials = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]
      let tokenizer = try WordPieceTokenizer(vocabulary: specials + lines)
      let tokens = tokenizer.tokens(parts[2])
      precondition(tokens.count <= tokenizer.maximumCount)
      precondition(tokens.allSatisfy { (0..<tokenizer.tokenCount).contains($0) })
      return
    }
    let names = ["gpt-2", "llama-bpe", "smollm", "qwen2", "default"]
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("gpt2")
    metadata["tokenizer.ggml.pre"] = .string(names[Int(bytes[0]) % names.count])
    metadata["tokenizer.ggml.tokens"] = .array(.string(byteNames + lines))
    metadata["tokenizer.ggml.merges"] = .array(
      .string(parts[1].split(separator: "\n").map(String.init).filter { !$0.utf8.contains(0x3c) }))
    // Tokens in angle brackets are control tokens, which no merge may make: they have other texts.
    let kinds = [Int32](repeating: 1, count: 256) + lines.map { $0.utf8.contains(0x3c) ? 3 : 1 }
    metadata["tokenizer.ggml.token_type"] = .array(.int32(kinds))
    let tokenizer = try BytePairTokenizer(metadata)
    for parseSpecial in [false, true] {
      let tokens = tokenizer.tokens(parts[2], addSpecial: false, parseSpecial: parseSpecial)
      precondition(tokens.allSatisfy { (0..<tokenizer.tokenCount).contains($0) })
      // With all bytes in the vocabulary nothing is lost.
      precondition(tokenizer.text(tokens, showSpecial: true) == parts[2])
    }
  }

  /// A `tokenizer.json`, and a text with all that it may say something of.
  private static func tokenizerFile(_ bytes: [UInt8]) throws {
    let tokenizer = try ModelSource.tokenizer(contents: bytes)
    let text = " he\u{301}  a<s>\n\u{fb01}\u{1100}\u{1161} <mask> b\u{3000}"
    for parseSpecial in [false, true] {
      let tokens = tokenizer.tokens(text, addSpecial: true, parseSpecial: parseSpecial)
      precondition(tokens.allSatisfy { (0..<tokenizer.tokenCount).contains($0) })
      _ = tokenizer.text(tokens, showSpecial: true)
    }
  }

  /// The printable names of the 256 bytes, as GPT-2's vocabulary has them.
  private static let byteNames: [String] = {
    var other: UInt32 = 256
    return (0..<256 as Range<UInt32>).map { byte in
      let isPrintable = (0x21...0x7e).contains(byte) || byte > 0xa0 && byte != 0xad
      defer { if !isPrintable { other += 1 } }
      return Unicode.Scalar(isPrintable ? byte : other).map { String(Character($0)) } ?? ""
    }
  }()

  /// The length of a configuration in two bytes, the configuration, and a file of tensors.
  private static func checkpoint(_ bytes: [UInt8]) throws {
    guard bytes.count >= 2 else { return }
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    let configuration = String(decoding: bytes.dropFirst(2).prefix(length), as: UTF8.self)
    let file = try SafeTensorsFile(contents: Buffer(Array(bytes.dropFirst(2 + length))))
    let checkpoint = try QuantizedCheckpoint(file: file, configuration: configuration)
    for name in checkpoint.names {
      guard let weight = try? checkpoint.orderedMatrix(name) else { continue }
      _ = weight.matrix.dequantized(as: Float.self)
    }
  }

  private static func csv(_ bytes: [UInt8]) throws {
    let rows = try LawRow.read(csv: String(decoding: bytes, as: UTF8.self))
    let again = try LawRow.read(csv: LawRow.csv(rows))
    precondition(again == rows)
  }
}
