import AffineFormats

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Decodes a JSON document that a command wrote, or somebody else.
///
/// - Throws: An error of the decoder; ``Failure`` for a text that would take long to compare.
func decoded<Value: Decodable>(
  _ type: Value.Type, from text: String, by decoder: JSONDecoder = JSONDecoder()
) throws -> Value {
  guard text.hasFewMarks else { throw Failure("a character has more marks than there are") }
  return try decoder.decode(type, from: Data(text.utf8))
}
