/// Documents that a model cannot be taught from.
public enum FineTuningError: Error, Hashable {
  /// A line that is no document, counted from 1.
  case line(Int, String)
  /// Not one document.
  case noDocuments
  /// Conversations for a model that does not say how it wants them written.
  case noTemplate
  /// A conversation without an answer.
  case noAnswer
  /// A template that cannot write the conversation until an answer, counted from 1.
  case template(message: Int, TemplateError)
  /// A template that writes the turns before an answer, counted from 1, otherwise when the answer follows: what
  /// of the text is the answer cannot be told.
  case answerMoves(message: Int)
  /// Tokens that do not stand for the conversation's text, byte by byte.
  case tokensDiffer(byte: Int)
}

extension FineTuningError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .line(let line, let reason): "line \(line): \(reason)"
    case .noDocuments: "there are no documents"
    case .noTemplate: "the model has no chat template, which conversations are written by"
    case .noAnswer: "the conversation has no message of the role 'assistant'"
    case .template(let message, let error): "message \(message): \(error)"
    case .answerMoves(let message):
      "the chat template writes what comes before message \(message) in another way when that message follows, "
        + "so that its answer cannot be told from the rest"
    case .tokensDiffer(let byte):
      "the tokens of the conversation differ from its text at byte \(byte), so that answers cannot be told"
    }
  }
}
