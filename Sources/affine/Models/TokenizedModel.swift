import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A model that a person named, with what makes tokens of texts.
struct TokenizedModel<Model: QuantizableModel> {
  let model: Model
  /// The longest window, where a text is one long sequence of tokens; `nil` where it is a sequence a line.
  let longest: Int?
  /// The tokens of a text as the model reads it.
  let tokenize: (String) -> [Int]

  /// The tokens of a file's text.
  func tokens(ofText path: String, most: Int? = nil) throws -> [Int] {
    let tokens = tokenize(try text(of: path))
    guard tokens.count > 1 else { throw Failure("'\(path)' has fewer than two tokens") }
    return Array(tokens.prefix(most ?? tokens.count))
  }

  /// Tokens of the windows that a text is read in: 512 or the longest, where nobody says.
  func window(_ context: Int?) throws(Failure) -> Int {
    let longest = longest ?? .max
    guard context ?? 0 <= longest else {
      throw Failure("--context is \(context ?? 0), and the model's is \(longest)")
    }
    return context ?? min(512, longest)
  }

  /// The tokens of a file's text in windows, or a sequence a line, until there are enough.
  func sequences(_ path: String, most: Int?, context: Int?) throws -> [[Int]] {
    if longest != nil {
      return Perplexity.windows(try tokens(ofText: path, most: most), context: try window(context))
        .map(Array.init)
    }
    guard context == nil else {
      throw Failure("--context is of language models: '\(path)' is read a line at a time")
    }
    var (sequences, count): ([[Int]], Int) = ([], 0)
    for line in try text(of: path).lines(of: path, omittingEmpty: true)
    where count < most ?? .max {
      let tokens = tokenize(line)
      sequences.append(tokens)
      count += tokens.count
    }
    guard !sequences.isEmpty else { throw Failure("'\(path)' is empty") }
    return sequences
  }
}

extension TokenizedModel where Model == DecoderModel {
  /// Reads a GGUF file; inputs of its layers stay floats.
  static func decoder(
    _ path: String, copies: Bool, on execution: Execution
  ) throws -> TokenizedModel {
    do {
      return try decoder(GGUFWeights(GGUFFile(path: path, copies: copies)), on: execution)
    } catch GGUFError.file(let error) {
      throw error
    } catch { throw Failure("'\(path)': \(error)") }
  }

  /// Reads a model of an open file.
  static func decoder(_ weights: GGUFWeights, on execution: Execution) throws -> TokenizedModel {
    let tokenizer = try weights.tokenizer()
    let model = try DecoderModel(weights, activations: .float32, on: execution)
    return TokenizedModel(model: model, longest: model.configuration.context) {
      tokenizer.tokens($0, addSpecial: false, parseSpecial: false)
    }
  }
}

extension TokenizedModel where Model == DecoderModel {
  /// Reads a model that affine train --export wrote; its tokens are bytes.
  static func trained(
    _ path: String, copies: Bool, on execution: Execution
  ) throws -> TokenizedModel {
    do {
      let weights = try CheckpointWeights(Checkpoint.load(from: path, copies: copies))
      guard weights.configuration.vocabulary == TextVocabulary.bytes.count else {
        throw Failure("its tokens are characters that it does not name: train with --unit bytes")
      }
      let model = try DecoderModel(weights, activations: .float32, on: execution)
      return TokenizedModel(model: model, longest: model.configuration.context) {
        $0.utf8.map(Int.init)
      }
    } catch { throw Failure("'\(path)': \(error)") }
  }
}

extension TokenizedModel where Model == BertModel {
  /// Whether a path is that of a model's folder.
  static func isFolder(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/config.json")
  }

  /// Refuses the folder of a decoder, which has the file that tells a folder, too.
  ///
  /// - Parameters:
  ///   - path: What a person named.
  ///   - instead: What can be named in its place.
  /// - Throws: ``Failure``: it is one.
  static func refuseDecoder(_ path: String, instead: String) throws(Failure) {
    guard ModelSource.isDecoderFolder(path) else { return }
    throw Failure(
      "'\(path)' is the folder of a decoder, and of folders those of encoders alone are quantized: "
        + "take \(instead)")
  }

  /// Reads a folder.
  static func bert(_ folder: String, copies: Bool) throws -> TokenizedModel {
    let embedder = try TextEmbedder.open(folder, copies: copies)
    return TokenizedModel(model: embedder.model, longest: nil, tokenize: embedder.tokens)
  }
}

extension TextEmbedder {
  /// Reads a folder that a person named.
  ///
  /// - Throws: ``Failure``, with the file's name in it where tensors cannot be read.
  static func open(
    _ folder: String, tensors: String? = nil, copies: Bool = false
  ) throws -> TextEmbedder {
    do {
      return try TextEmbedder(folder: folder, tensors: tensors, copies: copies)
    } catch SafeTensorsError.file(let place) {
      throw place
    } catch  where error is SafeTensorsError || error is DecoderError {
      throw Failure("'\(tensors ?? SafeTensorsFile.path(inFolder: folder))': \(error)")
    }
  }
}
