import AffineLayers
import AffineQuant

/// Runs a decoder of random weights a token at a time.
struct DecodingMeasurement {
  /// What was measured, as scripts read it.
  struct Report: Encodable {
    let weights, activations, cache: String
    let parameters, weightBytes, depth, tokens, threads: Int
    let loadSeconds, prefillTokensPerSecond, decodeTokensPerSecond: Double
    /// Of the process, the making of random numbers with it.
    let peakResidentBytes: Int
    /// Weights, and keys and values, that were read; and of a loop that only reads.
    let gigabytesPerSecond, readGigabytesPerSecond: Double

    var table: TextTable {
      var table = TextTable(["measured", weights])
      table.rows = [
        ["parameters", "\(parameters)"],
        ["weights", "\(ByteCount(weightBytes))"],
        ["most memory of the process", "\(ByteCount(peakResidentBytes))"],
        ["made and packed", "\(loadSeconds.fixed(1)) s"],
        ["tokens a second, \(depth) together", prefillTokensPerSecond.fixed(1)],
        ["tokens a second, one at a time", decodeTokensPerSecond.fixed(2)],
        ["read a second", "\(gigabytesPerSecond.fixed(2)) GB"],
        ["a loop that only reads, \(threads) threads", "\(readGigabytesPerSecond.fixed(2)) GB"],
        ["part of it", (gigabytesPerSecond / readGigabytesPerSecond).percent],
      ]
      return table
    }
  }

  let configuration: DecoderConfiguration
  let activations: ActivationFormat
  let cache: CacheFormat
  let depth, tokens: Int
  let execution: Execution

  init(
    _ configuration: DecoderConfiguration, _ activations: ActivationFormat, _ cache: CacheFormat,
    depth: Int, tokens: Int, _ execution: Execution
  ) {
    self.configuration = configuration
    self.activations = activations
    self.cache = cache
    self.depth = depth
    self.tokens = tokens
    self.execution = execution
  }

  func checkRoom() throws {
    guard depth + tokens <= configuration.context else {
      throw Failure(
        "--depth \(depth) and --tokens \(tokens) are more than the model's context of \(configuration.context)"
      )
    }
  }

  func run(_ format: WeightFormat) throws -> Report {
    let clock = ContinuousClock()
    var model: DecoderModel?
    let loading = try clock.measure {
      model = try DecoderModel(
        RandomWeights(configuration, format, execution), activations: activations, on: execution)
    }
    guard let model else { preconditionFailure("no model was made") }
    var memory = KeyValueCache(configuration, format: cache)
    let prompt = (0..<depth).map { Int(SplitMix.word(2, $0) % UInt64(configuration.vocabulary)) }
    let reading = try clock.measure {
      _ = try model.logits(after: prompt, &memory, on: execution)
    }
    var seconds: [Double] = []
    for token in prompt.prefix(1) + (1..<tokens).map({ prompt[$0 % depth] }) {
      seconds.append(
        try clock.measure { _ = try model.logits(after: [token], &memory, on: execution) }.inSeconds
      )
    }
    let peak = ResidentMemory.peakBytes
    // Last, since it takes memory of its own.
    let roof = Peak.readBytesPerSecond(Self.readBytes, threads: execution.threads)
    let median = seconds.sorted()[tokens / 2]
    let row = MemoryEstimate(
      configuration, cache: cache, tokens: depth + tokens / 2, texts: 1, memory: nil
    ).row(format)
    return Report(
      weights: format.name, activations: activations.name, cache: cache.rawValue,
      parameters: row.parameters, weightBytes: row.weightBytes, depth: depth, tokens: tokens,
      threads: execution.threads, loadSeconds: loading.inSeconds,
      prefillTokensPerSecond: Double(depth) / reading.inSeconds, decodeTokensPerSecond: 1 / median,
      peakResidentBytes: peak,
      gigabytesPerSecond: Double(row.bytesPerToken) / median * 1e-9,
      readGigabytesPerSecond: roof * 1e-9)
  }

  /// Far more than any cache holds.
  private static let readBytes = 1 << 30
}
