import AffineFormats
import Foundation
import Testing

/// Folders that output goes to.
@Suite struct OutputFolderTests {
  /// With a slash at its end or without, in the folder that the program runs in too.
  @Test func areMadeWhereThereAreNone() throws {
    try inFolder { folder in
      for name in ["a", "b/", "c//", "a/d", "a/"] {
        try OutputFolder.make("\(folder)/\(name)")
        // Of a file it cannot be asked.
        let inside = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
        #expect(inside == (name == "a/" ? ["d"] : []))
      }
      let name = UUID().uuidString
      defer { try? FileManager.default.removeItem(atPath: name) }
      try OutputFolder.make(name)
      #expect(FileManager.default.fileExists(atPath: name))
    }
  }

  @Test func areMadeInFoldersThatThereAre() throws {
    try inFolder { folder in
      let path = "\(folder)/missing/a"
      let error = try #require(throws: FileError.self) { try OutputFolder.make(path) }
      #expect("\(error)".contains(path))
    }
  }
}
