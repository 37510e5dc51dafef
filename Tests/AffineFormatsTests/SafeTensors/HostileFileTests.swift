import AffineFormats
import AffineQuant
import AffineTestSupport
import Testing

/// Files that are wrong on purpose: each is a typed error or reads, and none traps.
@Suite struct HostileFileTests {
  /// A file with a header and some data.
  private static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8), length = length ?? UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + text
      + [UInt8](repeating: 0, count: data)
  }

  private static func tensor(_ offsets: String, dtype: String = "U8", shape: String = "[4]")
    -> String
  {
    "{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static let refused: [(name: String, bytes: [UInt8])] = [
    ("empty", []), ("seven bytes", [1, 2, 3, 4, 5, 6, 7]),
    ("absurd length", file("{}", length: .max)), ("long length", file("{}", length: 3)),
    ("over the limit", file("{}", length: 100_000_001)),
    ("not JSON", file("hello")), ("an array", file("[]")), ("leading space", file(" {}")),
    ("text after", file("{} x")), ("unended", file("{\"a\":")), ("bare name", file("{a:1}")),
    ("duplicate name", file("{\"a\":\(tensor("[0,4]")),\"a\":\(tensor("[4,8]"))}", data: 8)),
    (
      "duplicate field",
      file(
        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", data: 4)
    ),
    ("overlap", file("{\"a\":\(tensor("[0,4]")),\"b\":\(tensor("[2,6]"))}", data: 6)),
    ("same bytes", file("{\"a\":\(tensor("[0,4]")),\"b\":\(tensor("[0,4]"))}", data: 4)),
    ("hole", file("{\"a\":\(tensor("[0,4]")),\"b\":\(tensor("[5,9]"))}", data: 9)),
    ("late start", file("{\"a\":\(tensor("[1,5]"))}", data: 5)),
    ("data after", file("{\"a\":\(tensor("[0,4]"))}", data: 5)),
    ("data missing", file("{\"a\":\(tensor("[0,4]"))}", data: 3)),
    (
      "beyond the file",
      file("{\"a\":\(tensor("[0,4000000000000]", shape: "[4000000000000]"))}", data: 4)
    ),
    ("backwards", file("{\"a\":\(tensor("[4,0]"))}", data: 4)),
    ("negative offset", file("{\"a\":\(tensor("[-4,0]"))}", data: 4)),
    (
      "offset overflow",
      file("{\"a\":\(tensor("[9223372036854775807,9223372036854775807]", shape: "[0]"))}")
    ),
    ("fraction", file("{\"a\":\(tensor("[0,4.0]"))}", data: 4)),
    ("huge number", file("{\"a\":\(tensor("[0,99999999999999999999]"))}", data: 4)),
    ("three offsets", file("{\"a\":\(tensor("[0,4,8]"))}", data: 4)),
    (
      "shape overflow",
      file("{\"a\":\(tensor("[0,4]", shape: "[4611686018427387904,4]"))}", data: 4)
    ),
    ("negative shape", file("{\"a\":\(tensor("[0,4]", shape: "[-2,-2]"))}", data: 4)),
    ("wrong shape", file("{\"a\":\(tensor("[0,4]", shape: "[5]"))}", data: 4)),
    ("half a byte", file("{\"a\":\(tensor("[0,1]", dtype: "F4", shape: "[3]"))}", data: 1)),
    (
      "no values in many rows", file("{\"a\":\(tensor("[0,0]", shape: "[4611686018427387904,0]"))}")
    ),
    (
      "no values in wide rows", file("{\"a\":\(tensor("[0,0]", shape: "[0,4611686018427387904]"))}")
    ),
    ("unknown dtype", file("{\"a\":\(tensor("[0,4]", dtype: "U9"))}", data: 4)),
    ("dtype a number", file("{\"a\":{\"dtype\":8,\"shape\":[4],\"data_offsets\":[0,4]}}", data: 4)),
    ("no dtype", file("{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}", data: 4)),
    (
      "extra field",
      file("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"x\":1}}", data: 4)
    ),
    ("tensor a string", file("{\"a\":\"U8\"}")), ("tensor null", file("{\"a\":null}")),
    ("metadata numbers", file("{\"__metadata__\":{\"a\":1}}")),
    ("metadata an array", file("{\"__metadata__\":[]}")),
    ("deep", file(String(repeating: "[", count: 100_000))),
    ("deep objects", file(String(repeating: "{\"a\":", count: 10_000))),
    ("lone surrogate", file("{\"\\ud800\":1}")),
    ("reversed surrogates", file("{\"\\udc00\\ud800\":1}")),
    ("bad escape", file("{\"\\x\":1}")), ("control character", file("{\"\u{1}\":1}")),
    (
      "bad UTF-8",
      [9, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xff, 0xfe] + Array("\":1}".utf8) + [32]
    ),
    ("leading zero", file("{\"a\":\(tensor("[00,4]"))}", data: 4)),
    ("trailing comma", file("{\"a\":\(tensor("[0,4]")),}", data: 4)),
  ]

  @Test(arguments: refused.indices) func isRefused(index: Int) {
    let (name, bytes) = Self.refused[index]
    #expect(throws: SafeTensorsError.self, "\(name)") {
      try SafeTensorsFile(contents: Buffer(bytes))
    }
  }

  @Test func errorsCarryTheNumbers() {
    #expect(throws: SafeTensorsError.headerLength(3, fileBytes: 10)) {
      try SafeTensorsFile(contents: Buffer(Self.file("{}", length: 3)))
    }
    let hole = Self.file("{\"a\":\(Self.tensor("[1,5]"))}", data: 5)
    let error = #expect(throws: SafeTensorsError.self) {
      try SafeTensorsFile(contents: Buffer(hole))
    }
    guard case .misplaced("a", let range, let start, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(range.lowerBound == start + 1)
  }

  /// A sound file with every part of a quantized matrix.
  private static let sound: [UInt8] = {
    var writer = SafeTensorsWriter()
    let type = QuantizedType(name: "uint4-group32-biased-float16")
    let other = QuantizedType(name: "int3-block32x32-asymmetric")
    do {
      for (name, type) in [("w", type), ("v", other)] {
        if let type { try writer.add(name, AnyQuantized(Samples.codes(5, 70, type))) }
      }
      try writer.add("x", Samples.matrix(2, 3))
    } catch { Issue.record("\(error)") }
    return writer.contents
  }()

  /// Reads all there is to read.
  private func readAll(_ bytes: [UInt8]) {
    guard let file = try? SafeTensorsFile(contents: Buffer(bytes)) else { return }
    for name in file.names {
      _ = try? file.bytes(of: name).array
      let matrix: Matrix<Float>? = try? file.matrix(name)
      _ = matrix?.values.array
    }
    for name in file.quantizedNames {
      guard let matrix = try? file.quantized(name) else { continue }
      let values: Matrix<Float> = matrix.dequantized()
      #expect(values.shape == matrix.shape)
    }
  }

  @Test func truncatedFilesAreRefused() {
    for count in 0..<Self.sound.count {
      #expect(throws: SafeTensorsError.self, "\(count) bytes") {
        try SafeTensorsFile(contents: Buffer(Array(Self.sound[..<count])))
      }
    }
  }

  /// Changed bytes, mostly in the header, where they mean something.
  @Test(arguments: 0..<8) func changedFilesNeverTrap(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let end = Self.sound.count
    for _ in 0..<250 {
      var bytes = Self.sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<min(end, 900), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random)
        case 2: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        default: bytes.insert(bytes[place], at: place)
        }
      }
      readAll(bytes)
    }
  }

  /// Other numbers wherever a number stands, other words wherever one stands.
  @Test func otherNumbersAndNamesNeverTrap() throws {
    let length = Int(Self.sound[0]) | Int(Self.sound[1]) << 8
    let header = String(decoding: Self.sound[8..<8 + length], as: UTF8.self)
    let data = Array(Self.sound[(8 + length)...])
    let words = [
      "0", "-1", "70", "4611686018427387904", "9223372036854775807", "1e9", "\"U8\"", "null",
    ]
    var tried = 0
    for word in words {
      for match in header.matches(of: /[0-9]+/) {
        var text = header
        text.replaceSubrange(match.range, with: word)
        readAll(Self.file(text) + data)
        tried += 1
      }
    }
    #expect(tried >= 200)
  }

  /// Where a block starts must not overflow what is computed from it.
  @Test func farOriginsAreRefused() throws {
    var writer = SafeTensorsWriter()
    try writer.add("w.codes", .uint8, shape: [1, 4], bytes: Buffer([0, 0, 0, 0]))
    try writer.add("w.scales", .float32, shape: [1, 1], bytes: Buffer([0, 0, 128, 63]))
    for (block, origin) in [
      ("9223372036854775806", "9223372036854775805"), ("8", "8"), ("8", "-1"),
    ] {
      writer.metadata["affine.w"] = "int8-group\(block) 1x4 origin 0x\(origin)"
      let file = try SafeTensorsFile(contents: Buffer(writer.contents))
      #expect(throws: SafeTensorsError.self) { try file.quantized("w") }
    }
    writer.metadata["affine.w"] = "int8-group9223372036854775806 1x4 origin 0x281474976710655"
    let far = try SafeTensorsFile(contents: Buffer(writer.contents)).quantized("w")
    let values: Matrix<Float> = far.dequantized()
    #expect(values.values.array == [0, 0, 0, 0])
  }
}
