internal import AffineFormats

/// What a model is taught from: a text, a conversation of which it is taught the answers, or two texts that say the
/// same to an encoder.
public enum TrainingDocument: Sendable, Hashable {
  /// All of it is taught.
  case text(String)
  /// Turns, of which those of the assistant are taught.
  case messages([ChatMessage])
  /// A text, and one whose embedding is to be near.
  case pair(String, String)

  /// Reads JSON lines, of which each is `{"text": …}`, `{"messages": [{"role": …, "content": …}, …]}` or
  /// `{"anchor": …, "positive": …}`.
  ///
  /// Other members of a line are left alone, and empty lines left out; but the negatives of a pair, which nothing is
  /// taught from, are refused.
  ///
  /// - Returns: The documents, each with the number of its line, from 1 on.
  /// - Throws: ``FineTuningError/line(_:_:)``.
  public static func lines(
    _ contents: [UInt8]
  ) throws(FineTuningError) -> [(line: Int, document: TrainingDocument)] {
    var documents: [(line: Int, document: TrainingDocument)] = []
    for (index, line) in contents.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      guard line.contains(where: { ![0x20, 0x09, 0x0d].contains($0) }) else { continue }
      do { documents.append((index + 1, try TrainingDocument(line: Array(line)))) } catch {
        throw .line(index + 1, error.reason)
      }
    }
    guard !documents.isEmpty else { throw .noDocuments }
    return documents
  }

  private init(line: [UInt8]) throws(LineError) {
    let value: JSONValue
    do { value = try JSONParser.parse(line) } catch {
      throw LineError(reason: "\(error.reason) at byte \(error.byte)")
    }
    switch (value.member("text"), value.member("messages")) {
    case (.string(let text), nil): self = .text(text)
    case (nil, .array(let turns)):
      var messages: [ChatMessage] = []
      for turn in turns {
        guard let role = turn.member("role")?.text, let content = turn.member("content")?.text
        else {
          throw LineError(reason: "message \(messages.count + 1) has no text for role and content")
        }
        messages.append(ChatMessage(role: role, content: content))
      }
      self = .messages(messages)
    case (.some, .some): throw LineError(reason: "it has both text and messages")
    case (nil, nil): self = try Self.pair(value)
    case (.some, nil): throw LineError(reason: "its text is no string")
    case (nil, .some): throw LineError(reason: "its messages are no list")
    }
  }

  private static func pair(_ value: JSONValue) throws(LineError) -> TrainingDocument {
    let (anchor, positive) = (value.member("anchor"), value.member("positive"))
    guard anchor != nil || positive != nil else {
      throw LineError(reason: "it has no text, no messages, and no pair of anchor and positive")
    }
    // Such as `negative_1`, of several.
    if let negative = value.members?.first(where: { $0.name.begins(with: "negative") }) {
      throw LineError(
        reason:
          "nothing is taught from '\(negative.name)': a pair's wrong answers are the positives of others"
      )
    }
    for (name, member) in [("anchor", anchor), ("positive", positive)]
    where member?.text == nil {
      throw LineError(reason: "its pair has no text for '\(name)'")
    }
    return .pair(anchor?.text ?? "", positive?.text ?? "")
  }

  private struct LineError: Error { let reason: String }
}
