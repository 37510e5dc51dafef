import AffineQuant
import Testing

/// Which tiles a kernel from outside can have.
@Suite struct AddedKernelTileTests {
  struct Tile: Sendable, CustomTestStringConvertible {
    let family: AddedKernel.Family
    let lhs, rhs: PackedForm
    let kr, run: Int
    var scratch = 0
    /// What is said of it.
    var flaw: String?

    init(
      _ family: AddedKernel.Family, _ lhs: PackedForm, _ rhs: PackedForm, kr: Int, run: Int,
      scratch: Int = 0, _ flaw: String? = nil
    ) {
      (self.family, self.lhs, self.rhs) = (family, lhs, rhs)
      (self.kr, self.run, self.scratch, self.flaw) = (kr, run, scratch, flaw)
    }

    var tile: KernelTile {
      KernelTile(mr: 2, nr: 4, kr: kr, lhsRun: run, lhs: lhs, rhs: rhs, scratch: scratch)
    }
    var testDescription: String { "\(family) \(lhs) \(rhs) kr \(kr) run \(run)" }
  }

  static let right = [
    Tile(.bytes, .int8, .uint8, kr: 4, run: 4), Tile(.bytes, .int8, .uint8, kr: 8, run: 8),
    Tile(.bytes, .int8, .uint8, kr: 4, run: 64), Tile(.bytes, .int8, .uint8, kr: 128, run: 1),
    Tile(.bytes, .int16Pairs, .uint8, kr: 8, run: 4),
    Tile(.nibbles, .int8, .uint4, kr: 4, run: 64, scratch: .max),
    Tile(.weightBytes, .float32, .uint8, kr: 8, run: 1, scratch: 256),
    Tile(.weightNibbles, .float32, .uint4, kr: 4, run: 1),
    Tile(.tableBytes, .float32, .uint8, kr: 64, run: 1),
    Tile(.tableNibbles, .float32, .uint4, kr: 16, run: 1),
    Tile(.floats, .float32, .float32, kr: 1, run: 1),
  ]

  static let wrong = [
    // Forms of other families.
    Tile(.bytes, .int8, .uint4, kr: 4, run: 4, "int8 against uint4"),
    Tile(.bytes, .uint8, .uint8, kr: 4, run: 4, "uint8 against uint8"),
    Tile(.nibbles, .int8, .uint2, kr: 16, run: 4, "int8 against uint2"),
    Tile(.weightBytes, .bfloat16, .uint8, kr: 4, run: 2, "bfloat16 against uint8"),
    Tile(.tableNibbles, .float32, .uint8, kr: 4, run: 1, "float32 against uint8"),
    Tile(.floats, .float32, .uint8, kr: 1, run: 1, "float32 against uint8"),
    // K-groups that are no whole fours, and those between which no slice of 128 codes ends.
    Tile(.bytes, .int8, .uint8, kr: 2, run: 2, "k-groups of 2"),
    Tile(.nibbles, .int8, .uint4, kr: 6, run: 2, "k-groups of 6"),
    Tile(.weightBytes, .float32, .uint8, kr: 2, run: 1, "k-groups of 2"),
    Tile(.tableBytes, .float32, .uint8, kr: 12, run: 1, "k-groups of 12"),
    Tile(.weightNibbles, .float32, .uint4, kr: 256, run: 1, "k-groups of 256"),
    Tile(.floats, .float32, .float32, kr: 4, run: 1, "k-groups of 4"),
    // Runs that nothing lays.
    Tile(.bytes, .int8, .uint8, kr: 4, run: 8, "runs of 8 codes in k-groups of 4"),
    Tile(.bytes, .int16Pairs, .uint8, kr: 4, run: 2, "runs of 2 numbers"),
    Tile(.bytes, .int16Pairs, .uint8, kr: 4, run: 64, "runs of 64 codes in k-groups of 4"),
    Tile(.weightBytes, .float32, .uint8, kr: 4, run: 4, "runs of 4 floats"),
    Tile(.floats, .float32, .float32, kr: 1, run: 2, "runs of 2"),
    Tile(.weightBytes, .float32, .uint8, kr: 4, run: 1, scratch: .max, "scratch"),
  ]

  @Test(arguments: right) func whatPackersLayIsTaken(tile: Tile) {
    #expect(tile.family.flaw(of: tile.tile) == nil)
  }

  @Test(arguments: wrong) func whatTheyDoNotIsNamed(tile: Tile) throws {
    let flaw = try #require(tile.family.flaw(of: tile.tile))
    #expect(flaw.contains(try #require(tile.flaw)), "\(flaw)")
  }

  private static func add(kr: Int = 4, needs: InstructionSet = .portable) {
    _ = unsafe AddedKernel(
      .bytes, name: "nothing", needs: needs,
      tile: KernelTile(mr: 2, nr: 4, kr: kr, lhsRun: 4, lhs: .int8, rhs: .uint8), run: { _ in })
  }

  private static func tile(
    _ mr: Int, _ nr: Int, _ kr: Int, run: Int, rows: Int = 1, scratch: Int = 0
  ) {
    _ = KernelTile(
      mr: mr, nr: nr, kr: kr, lhsRun: run, lhs: .int8, rhs: .uint8, minimumRows: rows,
      scratch: scratch)
  }

  /// One that cannot be ends the program where it is made, and not where it would read another's memory.
  @Test func wrongOnesEndTheProgram() async {
    await #expect(processExitsWith: .success) { AddedKernelTileTests.add() }
    await #expect(processExitsWith: .failure) { AddedKernelTileTests.add(kr: 2) }
    await #expect(processExitsWith: .failure) {
      AddedKernelTileTests.add(needs: InstructionSet(rawValue: 1 << 30))
    }
  }

  @Test func numbersOutOfRangeEndTheProgram() async {
    await #expect(processExitsWith: .success) { AddedKernelTileTests.tile(1, 1, 1, run: 1) }
    await #expect(processExitsWith: .failure) { AddedKernelTileTests.tile(0, 4, 4, run: 4) }
    await #expect(processExitsWith: .failure) { AddedKernelTileTests.tile(2, 0, 4, run: 4) }
    await #expect(processExitsWith: .failure) { AddedKernelTileTests.tile(2, 4, 0, run: 4) }
    await #expect(processExitsWith: .failure) { AddedKernelTileTests.tile(2, 4, 4, run: 0) }
    await #expect(processExitsWith: .failure) { AddedKernelTileTests.tile(2, 4, 1 << 16, run: 4) }
    await #expect(processExitsWith: .failure) {
      AddedKernelTileTests.tile(2, 4, 4, run: 4, rows: 0)
    }
    await #expect(processExitsWith: .failure) {
      AddedKernelTileTests.tile(2, 4, 4, run: 4, scratch: -1)
    }
  }
}
