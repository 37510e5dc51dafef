import AffineFormats
import AffineQuant
import AffineTestSupport
import Testing

/// Sound GGUF files with changes: each reads or is a typed error, and none traps.
@Suite struct GGUFChangedFileTests {
  /// A sound file with metadata and tensors of several types.
  private static let sound: [UInt8] = {
    var writer = GGUFWriter()
    writer.metadata["general.alignment"] = .uint32(32)
    writer.metadata["text"] = .string("grün")
    writer.metadata["texts"] = .array(.string(["a", "b", ""]))
    writer.metadata["numbers"] = .array(.int32([1, 2, 3]))
    writer.metadata["arrays"] = .array(.array([.bool([true]), .float64([1])]))
    let random = { (count: Int) in Buffer((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }) }
    do {
      try writer.add("x", Samples.matrix(2, 3))
      try writer.add("q41", .q4_1, dimensions: [2, 64], bytes: random(80))
      try writer.add("q5K", .q5_K, dimensions: [1, 256], bytes: random(176))
      try writer.add("mx", .mxfp4, dimensions: [1, 1, 64], bytes: random(34))
      return try writer.contents
    } catch {
      Issue.record("\(error)")
      return []
    }
  }()

  /// The place where the first tensor's data begin.
  private static var dataStart: Int {
    (try? GGUFFile(contents: Buffer(sound)))?.tensors.first?.range.lowerBound ?? 0
  }

  /// Reads all there is to read.
  private func readAll(_ bytes: [UInt8]) {
    guard let file = try? GGUFFile(contents: Buffer(bytes)) else { return }
    for key in file.metadata.keys { #expect(file.metadata[key]?.summary.isEmpty == false) }
    var writer = GGUFWriter(metadata: file.metadata)
    for tensor in file.tensors {
      #expect((try? file.bytes(of: tensor.name))?.count == tensor.byteCount)
      if let matrix = try? file.matrix(tensor.name) { #expect(matrix.shape == tensor.shape) }
      guard let matrix = try? file.quantized(tensor.name) else { continue }
      let values: Matrix<Float> = matrix.dequantized()
      #expect(values.shape == tensor.shape)
      _ = try? writer.add(tensor.name, matrix)
    }
    #expect((try? writer.contents) != nil)
  }

  @Test func truncatedFilesAreRefused() throws {
    readAll(Self.sound)
    let end = try GGUFFile(contents: Buffer(Self.sound)).tensors.map(\.range.upperBound).max() ?? 0
    #expect(end > 500)
    for count in 0..<end {
      #expect(throws: GGUFError.self, "\(count) bytes") {
        try GGUFFile(contents: Buffer(Array(Self.sound[..<count])))
      }
    }
  }

  /// Changed bytes, mostly in the header, where they mean something.
  @Test(arguments: 0..<8) func changedFilesNeverTrap(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    for _ in 0..<250 {
      var bytes = Self.sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let reach = Bool.random(using: &random) ? Self.sound.count : Self.dataStart
        let place = Int.random(in: 0..<reach, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes.remove(at: place)
        }
        // As long as before, so that the next place is one.
        bytes = Array((bytes + [0]).prefix(Self.sound.count))
        bytes += [UInt8](repeating: 0, count: Self.sound.count - bytes.count)
      }
      readAll(bytes)
    }
  }

  private static let numbers: [UInt64] = [
    .max, 1 << 63, (1 << 63) - 1, 1 << 62, 1 << 48, 1 << 32, UInt64(UInt32.max), 256, 0,
  ]

  /// Other numbers wherever one may stand.
  @Test(arguments: numbers) func otherNumbersNeverTrap(number: UInt64) {
    for width in [4, 8] {
      for place in 0..<Self.dataStart - width {
        var bytes = Self.sound
        for index in 0..<width {
          bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
        }
        readAll(bytes)
      }
    }
  }
}
