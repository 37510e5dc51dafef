/// One turn of a conversation.
public struct ChatMessage: Sendable, Hashable {
  /// Who speaks: `system`, `user` or `assistant` in most templates.
  public var role: String
  /// What is said.
  public var content: String

  /// A turn by who speaks and what is said.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}
