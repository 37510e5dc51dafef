import AffineFormats
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What output does to what is at its place already.
@Suite struct OutputFileTests {
  private static func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? NSNumber).intValue
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try MappedFile.contents(of: path), as: UTF8.self)
  }

  @Test func linksAreFollowedAndModesKept() throws {
    try inFolder { folder in
      try AtomicFile.write("old", to: folder + "/file")
      #expect(unsafe chmod(folder + "/file", 0o640) == 0)
      let links = [("link", "file"), ("chain", "link"), ("absolute", folder + "/file")]
      for (name, target) in links {
        try FileManager.default.createSymbolicLink(
          atPath: folder + "/" + name, withDestinationPath: target)
        try AtomicFile.write(name, to: folder + "/" + name)
        #expect(try Self.text(folder + "/file") == name)
        #expect(
          try FileManager.default.destinationOfSymbolicLink(
            atPath: folder + "/" + name) == target)
        #expect(try Self.mode(folder + "/file") == 0o640)
      }
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/dangling", withDestinationPath: "new")
      try AtomicFile.write("new", to: folder + "/dangling")
      #expect(try Self.text(folder + "/new") == "new")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/loop", withDestinationPath: "loop")
      #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder + "/loop") }
      let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
      #expect(names == ["file", "link", "chain", "absolute", "dangling", "new", "loop"])
    }
  }

  @Test func devicesAndPipesAreWrittenThrough() throws {
    try inFolder { folder in
      try AtomicFile.write("x", to: "/dev/null")
      let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
      #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)
      let pipe = folder + "/pipe"
      #expect(unsafe mkfifo(pipe, 0o600) == 0)
      // With nobody at the other end, neither side waits.
      let refused = #expect(throws: FileError.self) { try AtomicFile.write("x", to: pipe) }
      #expect(refused?.reason == "nobody reads from it")
      for read in [{ _ = try MappedFile(path: pipe) }, { _ = try MappedFile.contents(of: pipe) }] {
        let refused = #expect(throws: FileError.self) { try read() }
        #expect(refused?.reason == "not a regular file")
      }
      let reader = unsafe open(pipe, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try AtomicFile.check(OutputPlace(pipe))
      try AtomicFile.write("through", to: pipe)
      #expect(try FileHandle(fileDescriptor: reader).read(upToCount: 100) == Data("through".utf8))
      #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder) }
    }
  }

  @Test func lookingLeavesNothing() throws {
    try inFolder { folder in
      try AtomicFile.check(OutputPlace(folder + "/new"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      #expect(try !OutputPlace(folder + "/new").exists)
      #expect(throws: FileError.self) {
        try AtomicFile.check(OutputPlace(folder + "/no/place"))
      }
      #expect(throws: FileError.self) { try OutputPlace(folder) }
      try AtomicFile.write("x", to: folder + "/new")
      #expect(try OutputPlace(folder + "/new").exists)
      #expect(try OutputPlace(folder + "/./new").target == OutputPlace(folder + "/new").target)
    }
  }

  /// A lock tells who is alive, and only names that a writer of this file gives are taken for its own.
  @Test func leftoversOfDeadWritersGo() throws {
    try inFolder { folder in
      let kept = [
        "file.1.x.partial", "file.1.partial", "other.1.2.partial", "file.1.2.partial.txt",
        "file.+1.2.partial", "file.3.4.partial",
      ]
      for name in kept + ["file.1.2.partial", "file.4711.4294967295.partial"] {
        try Data("half".utf8).write(to: URL(filePath: folder + "/" + name))
      }
      let alive = unsafe open(folder + "/file.3.4.partial", O_RDWR)
      defer { close(alive) }
      #expect(flock(alive, LOCK_EX) == 0)
      try AtomicFile.write("x", to: folder + "/file")
      let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
      #expect(names == Set(kept + ["file"]))
    }
  }

  @Test func whatATerminalWouldObeyIsShown() {
    #expect("a\u{1b}[31m\n\u{202e}é".escapingControls == "a\\u{1b}[31m\\u{a}\\u{202e}é")
    #expect("日本 weight".escapingControls == "日本 weight")
  }
}
