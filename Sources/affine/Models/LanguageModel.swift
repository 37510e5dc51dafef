import AffineLayers
import AffineModels
import AffineQuant

/// A model with its vocabulary.
struct LanguageModel {
  let llama: DecoderModel
  let tokenizer: any LanguageTokenizer
  /// How it wants conversations written, if it says so.
  let template: String?
  /// What reading it took.
  let seconds: Double

  /// The tokens of a conversation's beginning, up to where the model answers.
  func chatTokens(_ prompt: String, system: String?) throws -> [Int] {
    guard let template else { throw Failure("the model has no chat template") }
    let messages =
      [system.map { ChatMessage(role: "system", content: $0) }].compactMap(\.self)
      + [ChatMessage(role: "user", content: prompt)]
    let (bos, eos) = (name(of: tokenizer.bosToken), name(of: tokenizer.eosToken))
    let text = try ChatTemplate(template).render(
      messages: messages, bosToken: bos, eosToken: eos)
    let begins = !bos.isEmpty && text.hasPrefix(bos)
    return tokenizer.tokens(text, addSpecial: !begins, parseSpecial: true)
  }

  private func name(of token: Int?) -> String {
    token.map { tokenizer.text([$0], showSpecial: true) } ?? ""
  }
}
