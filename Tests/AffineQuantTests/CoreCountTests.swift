import AffineKernels
import AffineQuant
import Foundation
import Testing

/// How many threads there are where nobody says.
@Suite struct CoreCountTests {
  /// A container's quota, in the words of `cpu.max`, against the eight cores of its machine.
  @Test(arguments: [
    ("max 100000\n", 8), ("", 8), ("-1\n 100000\n", 8), ("800000 100000", 8),
    ("1600000 100000", 8),
    ("400000 100000\n", 4), ("150000 100000\n", 2), ("100000 100000", 1), ("5000 100000", 1),
    ("9223372036854775807 1", 8), ("200001\n 100000\n", 3), ("200000", 8), ("0 100000", 8),
  ])
  func quotas(_ text: String, _ cores: Int) {
    #expect(unsafe aq_cores_within_quota(8, text) == cores)
    #expect(unsafe aq_cores_within_quota(0, text) == 1)
  }

  /// No more threads than cores, unless the environment asks for them.
  @Test(.enabled(if: unsafe aq_requested_threads() == nil)) func threadsAreCores() {
    #expect(Execution.standard.threads == min(Int(aq_core_count()), 256))
  }

  #if os(Linux)
    /// Files of a system's groups, and the cores that a process with `groups` has of eight.
    struct Groups: Sendable, CustomTestStringConvertible {
      let testDescription: String
      var groups = ""
      var files: [String: String] = [:]
      let cores: Int
    }

    static let groups = [
      Groups(testDescription: "no file", cores: 8),
      Groups(testDescription: "no limit", files: ["cpu.max": "max 100000\n"], cores: 8),
      Groups(testDescription: "of the root", files: ["cpu.max": "150000 100000\n"], cores: 2),
      Groups(
        testDescription: "own group", groups: "0::/a/b\n",
        files: ["a/b/cpu.max": "300000 100000\n"],
        cores: 3),
      Groups(
        testDescription: "least of the groups around", groups: "0::/a/b\n",
        files: [
          "cpu.max": "700000 100000\n", "a/cpu.max": "200000 100000\n",
          "a/b/cpu.max": "max 100000\n", "a/b/c/cpu.max": "100000 100000\n",
          "b/cpu.max": "100000 100000\n",
        ], cores: 2),
      Groups(
        testDescription: "version 1", groups: "5:memory:/m\n4:cpuacct,cpu:/a\n",
        files: [
          "cpu,cpuacct/a/cpu.cfs_quota_us": "250000\n",
          "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n", "cpu/m/cpu.cfs_quota_us": "100000\n",
          "cpu/m/cpu.cfs_period_us": "100000\n",
        ], cores: 3),
      Groups(
        testDescription: "version 1, a container's root", groups: "4:cpu,cpuacct:/outside/it\n",
        files: ["cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"], cores: 4),
      Groups(
        testDescription: "version 1 without limit",
        files: ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"], cores: 8),
      Groups(
        testDescription: "version 1 without period", files: ["cpu/cpu.cfs_quota_us": "100000\n"],
        cores: 8),
      Groups(
        testDescription: "a path that goes up", groups: "0::/../a\n",
        files: ["../a/cpu.max": "100000 100000\n", "cpu.max": "600000 100000\n"], cores: 6),
      Groups(
        testDescription: "version 1 without a name",
        files: ["cpu/cpu.cfs_quota_us": "500000\n", "cpu/cpu.cfs_period_us": "100000\n"], cores: 5),
      Groups(
        testDescription: "damaged",
        groups: "::\n0:/a\n\n0::a\n3:cpuset:/a\n0::/" + String(repeating: "x/", count: 9000),
        files: ["cpu.max": "many of them\n", "a/cpu.max": "100000 100000\n"], cores: 8),
      Groups(testDescription: "empty", groups: "0::/\n", files: ["cpu.max": ""], cores: 8),
    ]

    @Test(arguments: groups) func quotasOfGroups(_ groups: Groups) throws {
      let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      defer { try? FileManager.default.removeItem(at: root) }
      let process = root.appending(path: "process")
      for (path, text) in groups.files {
        let file = root.appending(path: "groups").appending(path: path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: false, encoding: .utf8)
      }
      func cores() -> Int {
        unsafe aq_cores_within_groups(
          8, root.path(percentEncoded: false) + "/groups", process.path(percentEncoded: false))
      }
      // Where the system does not say, the root's is all there is.
      #expect(groups.groups != "" || cores() == groups.cores)
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      try groups.groups.write(to: process, atomically: false, encoding: .utf8)
      #expect(cores() == groups.cores)
    }
  #endif
}
