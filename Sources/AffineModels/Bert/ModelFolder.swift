internal import AffineFormats
internal import AffineQuant

/// The JSON files of a folder that holds a model.
struct ModelFolder {
  let path: String

  /// The path of a file in the folder.
  func path(of name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// A document, an object or an array, that says something which must be known.
  func document(_ name: String, saying what: String) throws(BertError) -> Document {
    guard let document = try optionalDocument(name) else {
      throw .missing(file: path(of: name), what: what)
    }
    return document
  }

  /// A document that need not be there.
  func optionalDocument(_ name: String) throws(BertError) -> Document? {
    let path = path(of: name)
    guard MappedFile.exists(path) else { return nil }
    let bytes: [UInt8]
    do { bytes = try MappedFile.contents(of: path) } catch { throw .file(error) }
    do { return Document(file: path, value: try JSONParser.parse(bytes)) } catch {
      throw .malformed(file: path, reason: "\(error.reason) at byte \(error.byte)")
    }
  }

  /// The settings of sentence-transformers for the encoder; without `modules.json` it does not look at them.
  func sentenceSettings() throws(BertError) -> Document? {
    guard MappedFile.exists(path(of: "modules.json")) else { return nil }
    return try optionalDocument("sentence_bert_config.json")
  }

  /// A JSON value and the file it comes from.
  struct Document {
    let file: String
    let value: JSONValue

    /// The value of a field, if there is one that is not null.
    private func field(_ name: String) throws(BertError) -> JSONValue? {
      guard value.members != nil else {
        throw .malformed(file: file, reason: "an object is expected")
      }
      return value.member(name)
    }

    /// A whole number, or `absent` where there is none.
    func count(_ name: String, absent: Int? = nil) throws(BertError) -> Int {
      switch try field(name) {
      case .integer(let count): return count
      case nil:
        if let absent { return absent }
        throw .malformed(file: file, reason: "there is no '\(name)'")
      default: throw .malformed(file: file, reason: "'\(name)' is not a whole number")
      }
    }

    /// A whole number, or `nil` where there is none or one beyond 64 bits.
    func optionalCount(_ name: String) throws(BertError) -> Int? {
      if case .otherNumber = try field(name) { return nil }
      return try field(name) == nil ? nil : count(name)
    }

    /// A number that is finite as a float.
    func number(_ name: String) throws(BertError) -> Float {
      switch try field(name) {
      case .integer(let count): return Float(count)
      case .otherNumber(let text):
        guard let number = Float(text), number.isFinite else { fallthrough }
        return number
      case nil: throw .malformed(file: file, reason: "there is no '\(name)'")
      default: throw .malformed(file: file, reason: "'\(name)' is not a finite number")
      }
    }

    /// A text, or `nil` where there is none.
    func text(_ name: String) throws(BertError) -> String? {
      switch try field(name) {
      case .string(let text): return text
      case nil: return nil
      default: throw .malformed(file: file, reason: "'\(name)' is not a text")
      }
    }

    /// A text of a list of words, or `nil` where there is none; such words are ASCII.
    func word(_ name: String) throws(BertError) -> String? {
      let text = try text(name)
      // Others may take a time to compare that grows with the square of their length.
      guard text?.utf8.allSatisfy({ $0 < 0x80 }) ?? true else {
        throw .malformed(file: file, reason: "'\(name)' is no word in ASCII")
      }
      return text
    }

    /// Whether something is so, or `nil` where nothing is said.
    func flag(_ name: String) throws(BertError) -> Bool? {
      switch try field(name) {
      case .boolean(let flag): return flag
      case nil: return nil
      default: throw .malformed(file: file, reason: "'\(name)' is not true or false")
      }
    }

    /// A part that is an object or array, or `nil` where there is none.
    func part(_ name: String) throws(BertError) -> Document? {
      try field(name).map { Document(file: file, value: $0) }
    }

    /// The names of the fields that are true.
    func trueNames() throws(BertError) -> [String] {
      guard let members = value.members else {
        throw .malformed(file: file, reason: "an object is expected")
      }
      return members.filter { $0.value == .boolean(true) }.map(\.name)
    }

    /// The elements of an array.
    func elements() throws(BertError) -> [Document] {
      guard case .array(let elements) = value else {
        throw .malformed(file: file, reason: "an array is expected")
      }
      return elements.map { Document(file: file, value: $0) }
    }
  }
}
