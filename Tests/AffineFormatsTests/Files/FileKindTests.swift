import AffineFormats
import AffineQuant
import Testing

/// Files of other kinds are said for what they are.
@Suite struct FileKindTests {
  @Test(arguments: [
    ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", FileKind.gitPointer),
    ("<!DOCTYPE html><html></html>", .page), ("<html>", .page), ("PK\u{3}\u{4}....", .zip),
  ])
  func neitherGGUFNorSafeTensors(_ text: String, _ kind: FileKind) {
    let bytes = Buffer(Array(text.utf8))
    #expect(throws: GGUFError.notGGUF(fileBytes: bytes.count, kind: kind.rawValue)) {
      try GGUFFile(contents: bytes)
    }
    #expect(throws: SafeTensorsError.otherKind(kind.rawValue)) {
      try SafeTensorsFile(contents: bytes)
    }
  }

  @Test func oneForTheOther() throws {
    var tensors = SafeTensorsWriter()
    try tensors.add("a", Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 })
    let contents = tensors.contents
    #expect(
      throws: GGUFError.notGGUF(fileBytes: contents.count, kind: FileKind.safeTensors.rawValue)
    ) { try GGUFFile(contents: Buffer(contents)) }
    let gguf = try GGUFWriter().contents
    #expect(throws: SafeTensorsError.otherKind(FileKind.gguf.rawValue)) {
      try SafeTensorsFile(contents: Buffer(gguf))
    }
  }
}
