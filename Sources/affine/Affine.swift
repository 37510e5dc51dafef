import ArgumentParser

/// The command.
struct Affine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "affine",
    abstract:
      "Quantized matrices: what has a kernel, how fast it is, what quantizing a model costs.",
    discussion: """
      Examples:
        affine coverage --verify --rates
        affine bench linear --weights int4-group32 --activations int8-token --m 32 --k 4096 --n 4096
        affine types int4
        affine quantize model.safetensors small.safetensors --weights int4-group32
        affine inspect small.safetensors
        affine embed --model all-MiniLM-L6-v2 --sentence "a cat" "a dog"

      Types are named by code type, granularity and, where it is not the usual one, mapping and type of \
      scales: float32, int8-row, int8-block32x32, int4-group32, uint4-group32-biased, \
      float4e2m1-group32-e8m0. A row of activations is a token: int8-token is int8-row. GGUF's names, as \
      q4_k, are taken too. Of an option that is given twice the last value holds.
      """,
    version: "0.1.0",
    subcommands: [
      CoverageCommand.self, BenchCommand.self, TypesCommand.self, InspectCommand.self,
      QuantizeCommand.self,
      CompareQuantizationsCommand.self, TrainCommand.self, GenerateCommand.self,
      ChatCommand.self,
      PerplexityCommand.self, MemoryCommand.self, EmbedCommand.self, LawsCommand.self,
    ])
}
