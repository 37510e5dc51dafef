/// What a trainer reads: batches to learn, and others to see what was learnt.
public protocol TrainingCorpus: Sendable {
  /// Tokens that there may be.
  var vocabularySize: Int { get }
  /// What it is, as a checkpoint keeps it.
  var identity: CorpusIdentity { get }

  /// The windows of one training step, which the seed and the step fix.
  ///
  /// - Returns: `size` windows of `sequence` tokens.
  /// - Throws: ``CorpusError``: numbers that no batch has, or a text that is too short.
  func trainingBatch(
    step: Int, size: Int, sequence: Int, seed: UInt64
  ) throws(CorpusError) -> TokenBatch

  /// Windows of the part for validation, always the same.
  ///
  /// - Returns: Windows of `sequence` tokens: `count`, or all that documents fill, if those are fewer.
  /// - Throws: ``CorpusError``: numbers that no batch has, or a text that is too short.
  func validationBatch(count: Int, sequence: Int) throws(CorpusError) -> TokenBatch

  /// Refuses to train where so few windows run together that a loss has nothing to compare.
  ///
  /// - Parameter windows: Those of a batch that one rank runs in one pass.
  /// - Throws: ``CorpusError``. Where tokens are foreseen, any number serves.
  func checkTogether(windows: Int) throws(CorpusError)
}

extension TrainingCorpus {
  /// Takes any number of windows: where tokens are foreseen, each has its own loss.
  public func checkTogether(windows: Int) {}
}

/// What a corpus is, by what is in it and not by its name.
public struct CorpusIdentity: Sendable, Hashable, Codable {
  /// What a token is: `bytes`, `characters`, or `tokens` of a tokenizer.
  public let unit: String
  /// How many tokens there may be, and how many there are.
  public let vocabulary, trainingTokens, validationTokens: Int
  /// Of the text, in hexadecimal digits: JSON has no numbers of 64 bits.
  public let digest: String
  /// Of the tokenizer, if there is one.
  public var tokenizer: String?
}

extension TextCorpus: TrainingCorpus {
  public var vocabularySize: Int { vocabulary.count }

  public var identity: CorpusIdentity {
    CorpusIdentity(
      unit: vocabulary.unit.rawValue, vocabulary: vocabulary.count,
      trainingTokens: training.count, validationTokens: validation.count,
      digest: String(digest, radix: 16))
  }

  public func trainingBatch(
    step: Int, size: Int, sequence: Int, seed: UInt64
  ) throws(CorpusError) -> TokenBatch {
    Self.batch(try batch(step: step, size: size, sequence: sequence, seed: seed), sequence)
  }

  public func validationBatch(count: Int, sequence: Int) throws(CorpusError) -> TokenBatch {
    Self.batch(try validationWindows(count: count, sequence: sequence), sequence)
  }

  private static func batch(_ windows: Windows, _ sequence: Int) -> TokenBatch {
    TokenBatch(
      inputs: windows.inputs, targets: windows.targets,
      lengths: Array(repeating: sequence, count: windows.inputs.count / sequence))
  }
}
