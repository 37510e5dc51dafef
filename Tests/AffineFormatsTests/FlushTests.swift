import AffineFormats
import AffineTestSupport
import Foundation
import Testing

/// What a loss of power leaves: the old file or the new one, whole, under a name that the folder keeps.
@Suite(.enabled(if: FileCall.areRecorded, "calls are not recorded in this build"))
struct FlushTests {
  private static func number(_ path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.systemFileNumber] as? NSNumber).uint64Value
  }

  @Test func filesAreFlushedBeforeTheirNamesAndFoldersAfter() throws {
    try inFolder { folder in
      let path = folder + "/file"
      var tensors = SafeTensorsWriter()
      try tensors.add("w", Samples.matrix(5, 64))
      var model = GGUFWriter()
      try model.add("w", Samples.matrix(5, 64))
      let writes: [() throws -> Void] = [
        { try AtomicFile.write("x", to: path) }, { try AtomicFile.write([1, 2], to: path) },
        { try tensors.write(to: path) }, { try model.write(to: path) },
      ]
      for write in writes {
        let calls = try FileCall.during(write)
        let (file, place) = (try Self.number(path), try Self.number(folder))
        #expect(calls == [.flush(file), .rename(file), .flush(place)])
      }
    }
  }

  /// The name stands where a link leads.
  @Test func theFolderOfTheFileIsFlushed() throws {
    try inFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/models", withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: "models/file")
      let calls = try FileCall.during { try AtomicFile.write("x", to: folder + "/link") }
      let file = try Self.number(folder + "/models/file")
      let place = try Self.number(folder + "/models")
      #expect(calls == [.flush(file), .rename(file), .flush(place)])
    }
  }

  /// Looking whether a file could be written leaves nothing to flush, and devices have no disk.
  @Test func nothingElseIsFlushed() throws {
    try inFolder { folder in
      let calls = try FileCall.during {
        try AtomicFile.check(OutputPlace(folder + "/new"))
        try AtomicFile.write("x", to: "/dev/null")
      }
      #expect(calls == [])
    }
  }
}
