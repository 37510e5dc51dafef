import AffineDistributed
import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
public import ArgumentParser

/// Which model runs, and how.
struct LanguageModelOptions: ParsableArguments {
  @Option(help: "A GGUF file, or a folder of Hugging Face.") var model: String
  @Option(
    help: "What inputs of linear layers become: float32, bfloat16, int8-token, int8-group32.",
    completion: .types)
  var activations = "int8-group32"
  @Option(help: "How keys and values are kept: float32, float16 or int8.")
  var cache = CacheFormat.float16
  @Option(help: "A folder of low-rank adapters beside the weights, as PEFT writes them.")
  var adapters: String?
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var threads: ThreadOption
  @OptionGroup var sets: InstructionSetOption

  func execution() throws -> Execution { threads.execution(try sets.instructionSet()) }

  /// Reads the model and its vocabulary; of a model that ranks run together, the part of this one.
  func load(
    on execution: Execution, over parallel: (any TensorParallel)? = nil
  ) throws -> LanguageModel {
    guard let format = ActivationFormat(name: activations) else {
      throw Failure(
        "'\(activations)' is no type of activations: float32, bfloat16, int8-token, int8-group32 are some"
      )
    }
    let loaded: LanguageModel
    do {
      loaded = try LanguageModel(
        model, activations: format, copies: reading.copies, adapters: adapters,
        on: execution, over: parallel)
    } catch let error as CommunicationError {
      throw error
    } catch GGUFError.file(let error) {
      throw error
    } catch { throw Failure("'\(model)': \(error)") }
    if Ranks.isFirst { try loaded.leftOut.sayLeftOut(of: model) }
    return loaded
  }
}

extension CacheFormat: ExpressibleByArgument {}

extension [String] {
  /// Says on standard error that parts of a model's files are not read.
  func sayLeftOut(of path: String) throws {
    guard !isEmpty else { return }
    let parts = joined(separator: ", ")
    let text = "note: '\(path)' has \(parts), which texts do not pass: left out"
    try StandardStream.error.write(text.escapingControls + "\n")
  }
}
