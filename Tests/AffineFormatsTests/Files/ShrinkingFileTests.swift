import AffineFormats
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A file that another program makes shorter while it is read.
@Suite struct ShrinkingFileTests {
  private static func shrink(_ path: String) { #expect(unsafe truncate(path, 0) == 0) }

  /// A process of its own, which ends.
  @Test func aMappedFileEndsTheProgramWithASentence() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(count: 1 << 20).write(to: file)
    let path = file.path()
    let result = await #expect(
      processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
    ) { [path = path as String] in
      MappedFile.exitWhereFilesShrink()
      let file = try MappedFile(path: path)
      Self.shrink(path)
      // Read, it would be printed.
      print(file.bytes[1 << 19])
    }
    let error = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(error.hasSuffix("Error: a file became shorter while it was read\n"), "\(error)")
  }

  @Test func copiesStay() throws {
    try inFolder { folder in
      let matrix = Samples.matrix(5, 64)
      var writer = SafeTensorsWriter()
      try writer.add("w", matrix)
      try writer.write(to: folder + "/a.safetensors")
      let file = try SafeTensorsFile(path: folder + "/a.safetensors", copies: true)
      let mapping = try MappedFile(path: folder + "/a.safetensors", copies: true)
      let bytes = mapping.bytes.array
      var other = GGUFWriter()
      try other.add("w", matrix)
      try other.write(to: folder + "/a.gguf")
      let model = try GGUFFile(path: folder + "/a.gguf", copies: true)
      for name in ["a.safetensors", "a.gguf"] { Self.shrink(folder + "/" + name) }
      #expect(try file.matrix("w") == matrix)
      // A copy cannot be read again, and stays.
      model.forget("w")
      #expect(try model.matrix("w") == matrix)
      mapping.forget(0..<bytes.count)
      #expect(mapping.bytes.array == bytes)
    }
  }
}
