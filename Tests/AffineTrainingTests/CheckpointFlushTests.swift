import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// What a loss of power leaves of a run: its last checkpoint or the one before, whole.
@Suite(.enabled(if: FileCall.areRecorded, "calls are not recorded in this build"))
struct CheckpointFlushTests {
  private static func number(_ path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.systemFileNumber] as? NSNumber).uint64Value
  }

  @Test func checkpointsAreFlushedBeforeTheirNamesAndFoldersAfter() async throws {
    try await inFolder { folder in
      let path = folder + "/run.safetensors"
      var former: UInt64?
      for step in 1...3 {
        var checkpoint = Checkpoint()
        checkpoint.set("step", to: step)
        let calls = try FileCall.during { try checkpoint.write(to: path) }
        let (file, place) = (try Self.number(path), try Self.number(folder))
        #expect(calls == [.flush(file), .rename(file), .flush(place)])
        // The former file is not written to, but replaced.
        #expect(former != file)
        former = file
      }
    }
  }
}
