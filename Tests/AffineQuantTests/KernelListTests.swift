import AffineKernels
import AffineQuant
import Testing

/// What rows of the list of kernels say of each other.
@Suite struct KernelListTests {
  private typealias Row = (needs: UInt32, tile: aq_tile)

  /// The families of pairs of bfloat16, each with that of floats which may take its few rows.
  private static var families: [(pairs: [Row], floats: [Row])] {
    unsafe [
      (aq_matmul_bf16i8(), aq_matmul_f32i8()), (aq_matmul_bf16i7(), aq_matmul_f32i7()),
      (aq_matmul_bf16i6(), aq_matmul_f32i6()), (aq_matmul_bf16i5(), aq_matmul_f32i5()),
      (aq_matmul_bf16i4(), aq_matmul_f32i4()), (aq_matmul_bf16i3(), aq_matmul_f32i3()),
      (aq_matmul_bf16i2(), aq_matmul_f32i2()), (aq_matmul_bf16i1(), aq_matmul_f32i1()),
      (aq_matmul_bf16t8(), aq_matmul_f32t8()), (aq_matmul_bf16t6(), aq_matmul_f32t6()),
      (aq_matmul_bf16t4(), aq_matmul_f32t4()),
    ].map { unsafe (pairs: rows($0), floats: rows($1)) }
  }

  private static func rows(_ family: aq_family) -> [Row] {
    unsafe UnsafeBufferPointer(start: family.kernels, count: family.count).map {
      unsafe ($0.needs, $0.tile)
    }
  }

  /// A row that leaves few rows to floats says from how many on it takes them, and its panels are what the fastest
  /// kernel of floats on its CPU reads: a weight that is packed serves both.
  @Test func whatTakesFewRowsReadsTheSamePanels() {
    var found = 0
    for (pairs, floats) in Self.families {
      for pair in pairs where pair.tile.few_to_floats {
        let float = floats.first { $0.needs & pair.needs == $0.needs }?.tile
        #expect(float?.nr == pair.tile.nr && float?.kr == pair.tile.kr)
        #expect(float?.rhs == pair.tile.rhs && pair.tile.min_rows > 1)
        found += 1
      }
    }
    #expect(found > 0)
  }

  /// Families whose kernels of several rows leave one row to others of codes.
  private static var ofCodes: [[Row]] {
    unsafe [aq_matmul_i8(), aq_matmul_i4()].map { unsafe rows($0) }
  }

  /// A row that leaves few rows to others has one on each CPU that reads the same panels, for a single row too.
  @Test func someKernelTakesOneRow() {
    var found = 0
    for rows in Self.ofCodes {
      for row in rows where row.tile.min_rows > 1 {
        let serves = rows.contains {
          $0.needs & row.needs == $0.needs && $0.tile.min_rows == 1 && $0.tile.nr == row.tile.nr
            && $0.tile.kr == row.tile.kr && $0.tile.rhs == row.tile.rhs
        }
        #expect(serves, "\(row.tile)")
        found += 1
      }
    }
    #expect(found > 6)
  }

  /// Every set that a row needs is one of which the library knows how fast its vectors are.
  @Test func instructionSetsOfRowsAreKnown() {
    let needs = CoverageCell.all.flatMap(\.rows).reduce(InstructionSet.portable) {
      $0.union($1.needs)
    }
    for bit in 0..<32 where needs.rawValue >> bit & 1 == 1 {
      #expect(!InstructionSet(rawValue: 1 << bit).allNames.isEmpty, "bit \(bit)")
    }
  }
}
