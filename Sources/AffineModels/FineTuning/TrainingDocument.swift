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
  /// Other members of a line are left alone, and empty lines left out.
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
    if let first = value.member("anchor") {
      guard let anchor = first.text, let positive = value.member("positive")?.text else {
        throw LineError(reason: "it has no text for anchor and positive")
      }
      self = .pair(anchor, positive)
      return
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
    case (nil, nil): throw LineError(reason: "it has neither text nor messages")
    case (.some, nil): throw LineError(reason: "its text is no string")
    case (nil, .some): throw LineError(reason: "its messages are no list")
    }
  }

  private struct LineError: Error { let reason: String }
}
