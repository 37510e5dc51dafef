import AffineFormats
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

@Suite struct GGUFMappingTests {
  @Test func writesFilesThatAreMapped() throws {
    try inFolder { folder in
      let path = folder + "/small.gguf"
      let values = Samples.matrix(64, 64)
      var writer = GGUFWriter()
      try writer.add("w", values)
      try writer.write(to: path)
      let file = try GGUFFile(path: path)
      let before = try file.matrix("w")
      file.forget("w")
      file.forget("nothing")
      #expect(try file.matrix("w") == values)
      #expect(before == values)
      #expect(throws: GGUFError.self) { try GGUFFile(path: folder + "/missing.gguf") }
    }
  }

  #if os(Linux)
    /// What the system counts of a mapped file.
    private func residentBytes(of path: String) throws -> Int {
      let contents = FileHandle(forReadingAtPath: "/proc/self/smaps")
      let maps = String(decoding: try contents?.readToEnd() ?? Data(), as: UTF8.self)
        .split(separator: "\n")
      return zip(maps.indices, maps).filter { $0.1.hasSuffix(path) }.reduce(0) { sum, line in
        let size = maps[line.0...].first { $0.hasPrefix("Rss:") }?.split(separator: " ")
        return sum + 1024 * (size.flatMap { Int($0[1]) } ?? 0)
      }
    }

    @Test func forgottenTensorsTakeNoMemory() throws {
      try inFolder { folder in
        let path = folder + "/large.gguf"
        var writer = GGUFWriter()
        for name in ["first", "second"] {
          try writer.add(
            name, .q4_1, dimensions: [1024, 4096],
            bytes: Buffer(count: 1024 * 128 * 20) { _ in })
        }
        try writer.write(to: path)
        let size = 1024 * 128 * 20
        let file = try GGUFFile(path: path)
        // The system reads a few pages at a time.
        #expect(try residentBytes(of: path) < size / 4)
        _ = try file.quantized("first")
        #expect(try residentBytes(of: path) >= size)
        file.forget("first")
        #expect(try residentBytes(of: path) < size / 4)
        _ = try file.quantized("second")
        #expect(try residentBytes(of: path) < size * 5 / 4)
      }
    }
  #endif
}
