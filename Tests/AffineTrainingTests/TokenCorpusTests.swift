import AffineFormats
import AffineQuant
import AffineTraining
import Testing

@Suite struct TokenCorpusTests {
  static let source = TokenFile.Source(text: 10, tokenizer: 20, vocabulary: 1000, prefix: [999])

  /// Documents of which each token says where it stands; every third is not taught.
  static func documents(_ lengths: [Int], prefix: [Int] = [999]) throws -> TokenFile {
    var source = source
    source.prefix = prefix
    var builder = TokenFileBuilder(source)
    var first = 1
    for length in lengths {
      let tokens = Array(first..<first + length)
      builder.append(tokens, isTaught: tokens.map { $0 % 3 != 0 })
      first += length
    }
    return try builder.file()
  }

  /// Windows that are read until one comes again.
  private static func windowCount(_ corpus: TokenCorpus) throws -> Int {
    var seen: Set<[Int]> = []
    while true {
      let batch = try corpus.trainingBatch(
        step: seen.count, size: 1, sequence: corpus.sequence, seed: 5)
      guard seen.insert(batch.inputs).inserted else { return seen.count }
    }
  }

  /// Every token but the first of a document is a target once an epoch, if it is taught, after the token before it.
  @Test(arguments: [[5, 3, 9, 2, 1, 30, 7, 4], [8, 8, 8, 8], [50, 2]], [[], [999]])
  func everyDocumentIsReadOnceAnEpoch(lengths: [Int], prefix: [Int]) throws {
    let file = try Self.documents(lengths + [6], prefix: prefix)
    let corpus = try TokenCorpus(file, sequence: 8, validationPart: 0.01)
    let count = try Self.windowCount(corpus)
    for epoch in 0..<2 {
      var found: [Int] = []
      for step in 0..<count {
        let batch = try corpus.trainingBatch(
          step: epoch * count + step, size: 1, sequence: 8, seed: 3)
        #expect(batch.inputs.count == 8 && batch.lengths.reduce(0, +) == 8)
        var first = 0
        for length in batch.lengths {
          for place in first..<first + length where batch.targets[place] >= 0 {
            #expect(batch.targets[place] == batch.inputs[place] + 1)
            if place > first, batch.inputs[place - 1] != 999 {
              #expect(batch.inputs[place - 1] == batch.inputs[place] - 1)
            }
            found.append(batch.targets[place])
          }
          first += length
        }
      }
      var expected: [Int] = []
      var token = 1
      for length in lengths {
        expected += (token..<token + length).dropFirst().filter { $0 % 3 != 0 }
        token += length
      }
      #expect(found.sorted() == expected)
    }
  }

  /// What the windows of both parts hold, counted in them.
  @Test(arguments: [[5, 3, 9, 2, 1, 30, 7, 4], [8, 8, 8, 8], [50, 2, 10]], [[], [999]])
  func whatBecomesOfDocumentsIsSaid(lengths: [Int], prefix: [Int]) throws {
    let file = try Self.documents(lengths + [6], prefix: prefix)
    let corpus = try TokenCorpus(file, sequence: 8, validationPart: 0.01)
    var batches = [try corpus.validationBatch(count: 100, sequence: 8)]
    for step in 0..<(try Self.windowCount(corpus)) {
      batches.append(try corpus.trainingBatch(step: step, size: 1, sequence: 8, seed: 3))
    }
    let documents = try #require(corpus.documents)
    #expect(documents.count == lengths.count + 1)
    // Of nine tokens eight are read.
    #expect(documents.cut == lengths.count { $0 > 9 })
    #expect(documents.taughtTokens == batches.reduce(0) { $0 + $1.counted })
    // Filling is zeros, which no document has.
    let inputs = batches.flatMap(\.inputs)
    #expect(documents.filledPart == Double(inputs.count { $0 != 0 }) / Double(inputs.count))
  }

  /// No more windows than the tokens fill if each but one is more than half full.
  @Test func windowsAreFilled() throws {
    let lengths = (0..<100).map { 2 + $0 * 7 % 13 }
    let corpus = try TokenCorpus(try Self.documents(lengths + [6], prefix: []), sequence: 16)
    let tokens = lengths.dropLast(4).reduce(0) { $0 + $1 - 1 }
    #expect(try Self.windowCount(corpus) <= 2 * tokens / 16 + 1)
  }

  @Test func windowsOfATextBeginAsTextsDo() throws {
    var builder = TokenFileBuilder(Self.source)
    builder.continueText(Array(1...200))
    let corpus = try TokenCorpus(builder.file(), sequence: 10)
    #expect(corpus.documents == nil)
    for step in 0..<20 {
      let batch = try corpus.trainingBatch(step: step, size: 2, sequence: 10, seed: 1)
      #expect(batch.lengths == [10, 10] && batch.counted == 18)
      for window in [0, 10] {
        #expect(batch.inputs[window] == 999 && batch.targets[window] == -1)
        let first = batch.inputs[window + 1]
        #expect(Array(batch.inputs[window + 1..<window + 10]) == Array(first..<first + 9))
        #expect(Array(batch.targets[window + 1..<window + 10]) == Array(first + 1...first + 9))
        // The last 10 are for validation.
        #expect(first + 9 <= 190)
      }
    }
    #expect(try corpus.validationBatch(count: 1, sequence: 10).inputs == [999] + Array(191..<200))
    #expect(throws: CorpusError.tooManyWindows(2, places: 1)) {
      try corpus.validationBatch(count: 2, sequence: 10)
    }
    #expect(throws: CorpusError.batch(windows: 1, sequence: 9)) {
      try corpus.validationBatch(count: 1, sequence: 9)
    }
  }

  /// Of what a file was made it says, and other tokens are not taken for it.
  @Test func aStaleFileIsRefused() async throws {
    try await inFolder { folder in
      var source = Self.source
      source.isDocuments = true
      var builder = TokenFileBuilder(source)
      builder.append([1, 2, 3], isTaught: [false, true, true])
      builder.append([4, 5])
      let path = "\(folder)/tokens"
      try builder.write(to: path)
      let file = try TokenFile(path: path, of: source)
      #expect(file.count == 5 && file.documentCount == 2)
      for (what, change) in [
        ("text", { $0.text = 11 }), ("tokenizer", { $0.tokenizer = 11 }),
        ("vocabulary", { $0.vocabulary = 11 }), ("beginning of windows", { $0.prefix = [] }),
        ("form", { $0.isDocuments = false }),
      ] as [(String, (inout TokenFile.Source) -> Void)] {
        var other = source
        change(&other)
        let error = #expect(throws: CorpusError.self) { try TokenFile(path: path, of: other) }
        guard case .staleTokens(path, what, _, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }

  @Test func filesThatContradictThemselvesAreRefused() throws {
    func file(_ change: (inout [String: (TensorElement, [UInt8])], inout [String: String]) -> Void)
      throws -> Buffer<UInt8>
    {
      func bytes<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
        numbers.flatMap { number in
          (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
      }
      var tensors: [String: (TensorElement, [UInt8])] = [
        "tokens": (.int32, bytes([1, 2, 3] as [Int32])),
        "ends": (.int64, bytes([1, 3] as [Int64])),
        "taught": (.uint8, [7]),
      ]
      var metadata = [
        "affine.tokens": "1", "text": "a", "tokenizer": "b", "vocabulary": "4", "prefix": "",
      ]
      change(&tensors, &metadata)
      var writer = SafeTensorsWriter()
      for (name, text) in metadata { writer.metadata[name] = text }
      for (name, (element, bytes)) in tensors {
        let width = [TensorElement.int32: 4, .int64: 8][element] ?? 1
        try writer.add(name, element, shape: [bytes.count / width], bytes: Buffer(bytes))
      }
      return Buffer(writer.contents)
    }
    #expect(try TokenFile(contents: file { _, _ in }).count == 3)
    for change in [
      { tensors, _ in tensors["tokens"]?.1[0] = 4 },
      { tensors, _ in tensors["tokens"]?.1[3] = 255 },
      { tensors, _ in tensors["ends"]?.1[0] = 4 }, { tensors, _ in tensors["ends"]?.1[8] = 2 },
      { tensors, _ in tensors["taught"]?.1 = [7, 7] },
      { tensors, _ in tensors["tokens"]?.0 = .uint8 },
      { tensors, _ in tensors["ends"] = nil }, { _, metadata in metadata["prefix"] = "4" },
      { _, metadata in metadata["vocabulary"] = "x" }, { _, metadata in metadata["text"] = nil },
      { _, metadata in metadata["affine.tokens"] = "2" },
    ] as [(inout [String: (TensorElement, [UInt8])], inout [String: String]) -> Void] {
      #expect(throws: CorpusError.self) { try TokenFile(contents: file(change)) }
    }
  }

  @Test func documentsWithoutATaughtTokenAreNone() throws {
    var builder = TokenFileBuilder(Self.source)
    builder.append([1, 2, 3], isTaught: [true, false, false])
    builder.append([4, 5])
    #expect(throws: CorpusError.nothingTaught(part: .training)) {
      try TokenCorpus(builder.file(), sequence: 8)
    }
  }
}
