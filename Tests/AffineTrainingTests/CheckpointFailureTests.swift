import AffineFormats
import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Files that are wrong, and runs that are killed.
@Suite struct CheckpointFailureTests {
  private static let types = [
    "int8-row", "uint4-group32-biased-float16", "int3-block32x32-asymmetric",
    "uint8-group64-dynamic8", "float8e4m3-tensor",
  ].compactMap { QuantizedType(name: $0) }

  /// A checkpoint that tells which one it is.
  private static func numbered(_ step: Int) throws -> Checkpoint {
    var checkpoint = try Checkpoint.sample(types: types)
    checkpoint.tensors["numbered"] = .float32(Matrix(rows: 64, columns: 64) { _, _ in Float(step) })
    checkpoint.set("step", to: step)
    return checkpoint
  }

  @Test func filesThatAreNoCheckpointsAreRefused() async throws {
    try await inFolder { folder in
      for path in [folder, folder + "/missing"] {
        #expect(throws: CheckpointError.self) { try Checkpoint.load(from: path) }
        #expect(throws: CheckpointError.self) { try Checkpoint().write(to: path + "/no/place") }
      }
    }
    var writer = SafeTensorsWriter()
    try writer.add("n", .int64, shape: [1, 1], bytes: Buffer([UInt8](repeating: 0, count: 8)))
    #expect(throws: CheckpointError.unreadable(tensor: "n", found: "I64 [1, 1]")) {
      try Checkpoint(contents: Buffer(writer.contents))
    }
    var vector = SafeTensorsWriter()
    try vector.add("v", .float32, shape: [1], bytes: Buffer([0, 0, 0, 0]))
    #expect(throws: CheckpointError.unreadable(tensor: "v", found: "F32 [1]")) {
      try Checkpoint(contents: Buffer(vector.contents))
    }
    var twice = SafeTensorsWriter()
    try twice.add("w", AnyQuantized(Samples.codes(2, 3, Self.types[0])))
    try twice.add("w", Samples.matrix(2, 3))
    #expect(throws: CheckpointError.file(.duplicate(name: "w"))) {
      try Checkpoint(contents: Buffer(twice.contents))
    }
  }

  @Test func changedFilesNeverTrap() throws {
    let sound = try Self.numbered(1).contents()
    let header = 8 + (Int(sound[0]) | Int(sound[1]) << 8)
    var random = SplitMix64(seed: 3)
    var (read, refused) = (0, 0)
    for _ in 0..<1000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Mostly in the header, where bytes mean something.
        let end =
          Int.random(in: 0..<4, using: &random) == 0 ? bytes.count : min(header, bytes.count)
        let place = Int.random(in: 0..<end, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random)
        case 2: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 3: bytes.insert(bytes[place], at: place)
        default: bytes.removeLast(Int.random(in: 0..<bytes.count - place, using: &random))
        }
      }
      do {
        let checkpoint = try Checkpoint(contents: Buffer(bytes))
        for value in checkpoint.tensors.values { #expect(value.floats().shape == value.shape) }
        _ = try checkpoint.contents()
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 0 && refused > 200, "\(read) were read and \(refused) refused")
  }

  #if canImport(Glibc)
    /// In the length of the header, in the header, in a tensor, before the last byte.
    private static let limits: [Int] = {
      let count = (try? numbered(2).contents().count) ?? 0
      return [0, 7, 100, count / 4, count / 2, count - 1]
    }()

    /// The system ends a process that writes a file beyond its limit.
    @Test(arguments: limits) func aProcessKilledWhileItWritesLeavesTheLastWholeFile(
      limit: Int
    ) async throws {
      try await inFolder { folder in
        let path = folder + "/run.safetensors"
        let next = try Self.numbered(2)
        try Self.numbered(1).write(to: path)
        await #expect(processExitsWith: .signal(SIGXFSZ)) {
          [path = path as String, limit = limit as Int] in
          // Threads of a pool begin with their signals blocked.
          var signals = sigset_t()
          var most = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
          unsafe sigemptyset(&signals)
          unsafe sigaddset(&signals, SIGXFSZ)
          unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
          unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &most)
          try Self.numbered(2).write(to: path)
        }
        #expect(try Checkpoint.load(from: path).bits == Self.numbered(1).bits)
        // What it left behind is as long as it got, and in nobody's way.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
          .filter { $0.hasSuffix(".partial") }
        #expect(left.count == 1)
        let bytes = try MappedFile(path: folder + "/" + (left.first ?? "")).bytes
        #expect(bytes.array == Array(try next.contents()[..<limit]))
        try next.write(to: path)
        #expect(try Checkpoint.load(from: path).bits == next.bits)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["run.safetensors"])
      }
    }

    /// A process that does nothing but write is killed at some time: before, in or after a rename.
    @Test(arguments: [1, 3, 10, 30, 100]) func aProcessKilledAtAnyTimeLeavesAWholeFile(
      milliseconds: Int
    ) async throws {
      try await inFolder { folder in
        let path = folder + "/run.safetensors"
        try Self.numbered(0).write(to: path)
        await #expect(processExitsWith: .signal(SIGKILL)) {
          [path = path as String, milliseconds = milliseconds as Int] in
          let killer = Thread {
            usleep(UInt32(1000 * milliseconds))
            kill(getpid(), SIGKILL)
          }
          killer.start()
          for step in 1... { try Self.numbered(step).write(to: path) }
        }
        let read = try Checkpoint.load(from: path)
        #expect(try read.bits == Self.numbered(read.integer("step")).bits)
      }
    }
  #endif

  /// Two names that look alike would be one key, and long ones of marks take long to compare.
  @Test(.timeLimit(.minutes(1))) func namesThatNoDictionaryTellsApart() throws {
    let matrix = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 }
    let marks =
      String(repeating: "\u{301}", count: 20_000) + String(repeating: "\u{316}", count: 20_000)
    for names in [["\u{e9}", "e\u{301}"], ["a" + marks]] {
      var (tensors, texts) = (SafeTensorsWriter(), SafeTensorsWriter())
      for name in names {
        try tensors.add(name, matrix)
        texts.metadata[name] = "1"
      }
      for writer in [tensors, texts] {
        #expect(throws: CheckpointError.self) { try Checkpoint(contents: Buffer(writer.contents)) }
      }
    }
    var checkpoint = Checkpoint()
    checkpoint.metadata[String(repeating: "\u{e9}", count: 129)] = "1"
    #expect(
      throws: CheckpointError.longName(
        beginning: String(repeating: "\u{e9}", count: 32), bytes: 258)
    ) {
      try checkpoint.contents()
    }
    let long = String(repeating: "a", count: 1000)
    checkpoint.metadata = [long: "1", "\u{e9}": "2"]
    #expect(try Checkpoint(contents: Buffer(checkpoint.contents())).metadata == checkpoint.metadata)
  }

  /// The one stage that no limit meets: all is written and flushed, and not yet renamed.
  @Test func aWholeFileThatWasNotRenamedIsRemovedByTheNext() async throws {
    try await inFolder { folder in
      let path = folder + "/run.safetensors"
      try Self.numbered(1).write(to: path)
      let stale = path + ".\(getpid()).1.partial"
      try Data(Self.numbered(2).contents()).write(to: URL(filePath: stale))
      #expect(try Checkpoint.load(from: path).integer("step") == 1)
      try Self.numbered(3).write(to: path)
      #expect(try Checkpoint.load(from: path).integer("step") == 3)
      #expect(!FileManager.default.fileExists(atPath: stale))
    }
  }
}
