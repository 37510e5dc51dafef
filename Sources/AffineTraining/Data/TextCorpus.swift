internal import AffineFormats
internal import AffineLayers

/// The two parts of a text.
public enum CorpusPart: String, Sendable, Hashable, CaseIterable {
  /// What a model learns.
  case training
  /// What it has never seen.
  case validation
}

/// A text as tokens: most of it to learn, the end of it to see what was learnt.
public struct TextCorpus: Sendable {
  /// Which number stands for which piece of the text.
  public let vocabulary: TextVocabulary
  /// The tokens that a model learns.
  public let training: [UInt16]
  /// The tokens after them.
  public let validation: [UInt16]
  /// FNV-1a of the text's bytes: two texts of one length differ in it.
  public let digest: UInt64

  /// What is kept for validation when nobody asks for another part.
  public static let standardValidationPart = 0.05

  /// Reads a file, whole.
  ///
  /// - Parameters:
  ///   - path: A file in UTF-8 where units are characters, else any bytes.
  ///   - unit: What a token is.
  ///   - validationPart: The part of the text, from its end, that validates: above 0 and below 1.
  /// - Throws: ``CorpusError``.
  public init(
    path: String, unit: TextUnit, validationPart: Double = standardValidationPart
  ) throws(CorpusError) {
    let bytes: [UInt8]
    do { bytes = try MappedFile.contents(of: path) } catch { throw .file(error) }
    try self.init(bytes.span, unit: unit, validationPart: validationPart)
  }

  /// Takes the bytes of a text; its characters, if these are its units, are the vocabulary.
  ///
  /// - Parameters:
  ///   - text: UTF-8 where units are characters, else any bytes.
  ///   - unit: What a token is.
  ///   - validationPart: The part of the text, from its end, that validates: above 0 and below 1.
  /// - Throws: ``CorpusError``, but for the system's errors.
  public init(
    _ text: Span<UInt8>, unit: TextUnit,
    validationPart: Double = standardValidationPart
  ) throws(CorpusError) {
    let vocabulary =
      switch unit {
      case .bytes: TextVocabulary.bytes
      case .characters: try TextVocabulary(charactersOf: text)
      }
    try self.init(text, vocabulary: vocabulary, validationPart: validationPart)
  }

  /// Takes the bytes of a text for a model that has a vocabulary already.
  ///
  /// - Parameters:
  ///   - text: What the vocabulary has tokens for.
  ///   - vocabulary: The model's.
  ///   - validationPart: The part of the text, from its end, that validates: above 0 and below 1.
  /// - Throws: ``CorpusError``, but for the system's errors.
  public init(
    _ text: Span<UInt8>, vocabulary: TextVocabulary,
    validationPart: Double = standardValidationPart
  ) throws(CorpusError) {
    guard validationPart > 0, validationPart < 1 else { throw .validationPart(validationPart) }
    let tokens = try vocabulary.tokens(of: text)
    guard !tokens.isEmpty else { throw .empty }
    let last = Int((Double(tokens.count) * validationPart).rounded())
    self.vocabulary = vocabulary
    digest = text.digest
    training = Array(tokens.dropLast(last))
    validation = Array(tokens.suffix(last))
  }

  /// The tokens of one part.
  public subscript(part: CorpusPart) -> [UInt16] {
    switch part {
    case .training: training
    case .validation: validation
    }
  }
}
