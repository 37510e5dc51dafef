import AffineBench
import AffineKernels
import AffineQuant
import Testing

/// A scale or bias of some form.
private func parameter(_ numbers: UnsafeRawPointer, _ form: Int32, _ place: Int) -> Float {
  switch Int(form) {
  case AQ_HALVES: Float(numbers.assumingMemoryBound(to: Float16.self)[place])
  case AQ_BRAIN_HALVES:
    BFloat16(bitPattern: numbers.assumingMemoryBound(to: UInt16.self)[place]).float
  case AQ_POWERS: E8M0(bitPattern: numbers.assumingMemoryBound(to: UInt8.self)[place]).float
  default: numbers.assumingMemoryBound(to: Float.self)[place]
  }
}

/// A kernel of another package, for any tile of bytes.
private func matmul(_ arguments: UnsafeMutableRawPointer, mr: Int, nr: Int, kr: Int) {
  let t = arguments.assumingMemoryBound(to: aq_matmul_i8_args.self).pointee
  let lhs = t.lhs.assumingMemoryBound(to: Int8.self)
  for i in 0..<t.rows {
    for j in 0..<t.columns {
      var (result, group): (Float, Int) = (0, 0)
      for slice in 0..<t.slices {
        let l = (i / mr * t.slices + slice) * mr + i % mr
        let r = slice * nr + j
        var sum = t.lhs_start[l] &+ (t.rhs_start?[r] ?? 0)
        if let zero = t.rhs_zero, let total = t.lhs_total { sum &-= zero[r] &* total[l] }
        if let zero = t.lhs_zero, let total = t.rhs_total { sum &-= zero[l] &* total[r] }
        for _ in 0..<t.slice_groups[slice] {
          for place in 0..<kr {
            let left = lhs[((i / mr * t.groups + group) * mr + i % mr) * kr + place]
            sum &+= Int32(left) * Int32(t.rhs[(group * nr + j) * kr + place])
          }
          group += 1
        }
        let (left, right) = (t.lhs_scale?[l] ?? 1, parameter(t.rhs_scale, t.rhs_form, r))
        result =
          t.lhs_block > 0
          ? result.addingProduct(Float(sum), left * right)
          : result.addingProduct(Float(sum) * left, right)
        if let bias = t.rhs_bias, let sums = t.lhs_sum {
          result = result.addingProduct(sums[l], parameter(bias, t.rhs_form, r))
        }
        if let bias = t.lhs_bias, let sums = t.rhs_sum {
          result = result.addingProduct(bias[l], sums[r])
        }
      }
      t.out[i * t.stride + j] = result * (t.row_scale?[i] ?? 1)
    }
  }
}

/// Two rows against four, and k-groups of eight codes, which no kernel of the library has on x86.
private func matmulOfEights(_ arguments: UnsafeMutableRawPointer) {
  matmul(arguments, mr: 2, nr: 4, kr: 8)
}

/// Rows of floats against four of bytes, in the same k-groups.
private func matmulOfWeights(_ arguments: UnsafeMutableRawPointer) {
  let (nr, kr) = (4, 8)
  let t = arguments.assumingMemoryBound(to: aq_matmul_codes_args.self).pointee
  let lanes = t.lhs_lanes
  for i in 0..<t.rows {
    let lhs = t.lhs + i / lanes * t.groups * kr * lanes + i % lanes
    for j in 0..<t.columns {
      var (result, group): (Float, Int) = (0, 0)
      for slice in 0..<t.slices {
        let r = Int(t.parameters[slice]) * nr + j
        var sum: Float = 0
        for _ in 0..<t.slice_groups[slice] {
          for place in 0..<kr {
            let code = Int(t.rhs[(group * nr + j) * kr + place]) - Int(t.offset)
            let left = lhs[(group * kr + place) * lanes]
            sum = sum.addingProduct(left, Float(code) - (t.rhs_zero?[r] ?? 0))
          }
          group += 1
        }
        result = result.addingProduct(sum, parameter(t.rhs_scale, t.scale_form, r))
        if let bias = t.rhs_bias, let sums = t.lhs_sum {
          let l = (i / lanes * t.slices + slice) * lanes + i % lanes
          result = result.addingProduct(sums[l], bias[r])
        }
      }
      t.out[i * t.stride + j] = result
    }
  }
}

/// One row of floats against four.
private func matmulOfFloats(_ arguments: UnsafeMutableRawPointer) {
  let t = arguments.assumingMemoryBound(to: aq_matmul_f32_args.self).pointee
  for i in 0..<t.rows {
    for j in 0..<t.columns {
      var sum: Float = t.accumulate ? t.out[i * t.stride + j] : 0
      for k in 0..<t.depth { sum = sum.addingProduct(t.lhs[i * t.depth + k], t.rhs[k * 4 + j]) }
      t.out[i * t.stride + j] = sum
    }
  }
}

@Suite struct AddedKernelTests {
  static let kernel = AddedKernel(
    .bytes, name: "eights", needs: .portable,
    tile: KernelTile(mr: 2, nr: 4, kr: 8, lhsRun: 8, lhs: .int8, rhs: .uint8),
    run: { matmulOfEights($0) })

  static var execution: Execution {
    var execution = Execution(threads: 2)
    execution.added = [kernel]
    return execution
  }

  private static func values(_ rows: Int, _ columns: Int) -> Matrix<Float> {
    Matrix(rows: rows, columns: columns) { Float(($0 * 31 + $1 * 17) % 101) * 0.02 - 1 }
  }

  /// Planned, run, and with the bits of the library's kernels; a weight that was packed for those is packed
  /// again, and the plan says so.
  @Test func itServesTheProductsOfItsExecution() throws {
    let record = KernelRecord()
    var execution = Self.execution
    execution.record = record
    let x = try Int8Activations(quantizing: Self.values(5, 70))
    let w = try Int8Weight(quantizing: Self.values(7, 70))
    let product = try linear(x, w, on: execution)
    #expect(record.rows.contains(Self.kernel.row))
    #expect(try product == linear(x, w))
    #expect(try product == linear(x, w.tiled(), on: execution))
    let plan = try #require(explain(.linear, Int8Activations.self, Int8Weight.self, on: execution))
    #expect(plan.kernel == Self.kernel.row)
    #expect(
      explain(.linear, Int8Activations.self, Int8Weight.self)?.kernel != Self.kernel.row)
  }

  static let wrong = AddedKernel(
    .bytes, name: "wrong", needs: .portable,
    tile: KernelTile(mr: 2, nr: 4, kr: 8, lhsRun: 8, lhs: .int8, rhs: .uint8),
    run: { arguments in
      matmulOfEights(arguments)
      arguments.assumingMemoryBound(to: aq_matmul_i8_args.self).pointee.out[0] += 1
    })

  /// Slices are counted in k-groups of the tile where floats meet codes, too: those of 128 codes, and what is left.
  @Test func floatsMeetKGroupsOfTheTile() throws {
    let weights = AddedKernel(
      .weightBytes, name: "weights in eights", needs: .portable,
      tile: KernelTile(mr: 3, nr: 4, kr: 8, lhsRun: 1, lhs: .float32, rhs: .uint8),
      run: { matmulOfWeights($0) })
    #expect(weights.mismatches().isEmpty)
    let record = KernelRecord()
    var execution = Execution(threads: 2)
    (execution.added, execution.record) = ([weights], record)
    let (x, w) = (Self.values(5, 300), try Int8Weight(quantizing: Self.values(7, 300)))
    let expected = try linear(x, w)
    #expect(try linear(x, w, on: execution) == expected)
    #expect(try linear(x, w.tiled(), on: execution) == expected)
    #expect(record.rows.contains(weights.row))
  }

  /// A product is reported for no better than the author of its kernel says.
  @Test func itsTierIsWhatItsAuthorSays() {
    func tier(_ kernel: AddedKernel) -> KernelRow.Tier? {
      var execution = Execution(threads: 1)
      execution.added = [kernel]
      let plan = explain(.linear, Int8Activations.self, Int8Weight.self, on: execution)
      return plan?.steps.first { $0.work == .multiply }?.tier
    }
    #expect(tier(Self.kernel) == .portable)
    let tuned = AddedKernel(
      .bytes, name: "eights by hand", needs: .portable, tier: .tuned, tile: Self.kernel.tile,
      run: { matmulOfEights($0) })
    #expect(tier(tuned) == .tuned)
  }

  /// Whatever its tier, floats that are rounded meet it where the CPU multiplies no bfloat16.
  @Test func floatsThatAreRoundedMeetIt() {
    let floats = AddedKernel(
      .floats, name: "floats in fours", needs: .portable,
      tile: KernelTile(mr: 1, nr: 4, kr: 1, lhsRun: 1, lhs: .float32, rhs: .float32),
      run: { matmulOfFloats($0) })
    var execution = Execution(threads: 1, instructionSet: .portable)
    (execution.added, execution.precision) = ([floats], .bfloat16)
    let plan = explain(.linear, Matrix<Float>.self, Matrix<Float>.self, on: execution)
    #expect(plan?.kernel == floats.row)
  }

  @Test func itIsVerifiedAndRated() {
    #expect(Self.kernel.mismatches().isEmpty)
    #expect(Self.kernel.operationsPerSecond(rows: 8, columns: 32, depth: 64) > 0)
    #expect(!Self.wrong.mismatches().isEmpty)
  }

  /// A wrong one with the right panels of the portable kernel, which has so few rows instead.
  private static func leaving(_ rows: Int, _ name: String) -> AddedKernel {
    AddedKernel(
      .bytes, name: name, needs: .portable,
      tile: KernelTile(
        mr: 4, nr: 8, kr: 4, lhsRun: 4, lhs: .int8, rhs: .uint8, minimumRows: rows),
      run: {
        matmul($0, mr: 4, nr: 8, kr: 4)
        $0.assumingMemoryBound(to: aq_matmul_i8_args.self).pointee.out[0] += 1
      })
  }

  /// A check has as many rows as the kernel wants, and so finds that it is wrong; of one that wants more than any
  /// check has, both say that it did not run.
  @Test func oneThatLeavesManyRowsToOthersIsCheckedOrSaidNotToBe() throws {
    let (some, many) = (Self.leaving(100, "hundred"), Self.leaving(5000, "thousands"))
    #expect(some.mismatches().contains("linear int8-row int8-row 100×34"))
    let reason = "thousands leaves fewer than 5000 rows to others, and checks have 4096"
    #expect(many.mismatches() == [reason])
    let cells = CoverageCell.cells(of: Int8Weight.type).filter {
      $0.operation == .linear && $0.activations.name == "int8-row"
    }
    let found = try CoverageReport(cells, adding: [some], verifying: true).failures
    #expect(found == ["linear int8-row × int8-row: hundred"])
    let unchecked = try CoverageReport(cells, adding: [many], verifying: true).failures
    #expect(unchecked == ["linear int8-row × int8-row: thousands: \(reason)"])
  }

  /// The report lists it first in the cells that it serves and holds it to the oracle's bound; cells of other families
  /// do not have it.
  @Test func itIsInTheReport() throws {
    let cells = CoverageCell.cells(of: Int8Weight.type).filter { $0.operation.isProduct }
    let report = try CoverageReport(cells, adding: [Self.kernel], verifying: true)
    #expect(report.failures.isEmpty)
    let served = report.cells.filter { $0.chosen == Self.kernel.row.name }
    #expect(served.contains { $0.operation == "linear" && $0.activations == "int8-row" })
    #expect(served.allSatisfy { $0.tier == "portable" })
    #expect(!served.contains { $0.activations.hasPrefix("float") })
    for row in served.compactMap(\.rows.first) {
      #expect(row.kernel == Self.kernel.row.name && row.verified == true)
      #expect((row.errorBound ?? 0) > 0)
    }
    let rows = report.cells.flatMap(\.rows).filter { $0.kernel == Self.kernel.row.name }
    #expect(rows.count == served.count)
  }

  @Test func itIsTimedInTheReport() throws {
    let cells = CoverageCell.cells(of: Int8Weight.type).filter {
      $0.operation == .linear && $0.activations.name == "int8-row"
    }
    let report = try CoverageReport(cells, adding: [Self.kernel], measuring: true)
    let row = try #require(report.cells.first?.chosenRow)
    #expect(row.kernel == Self.kernel.row.name && (row.gops ?? 0) > 0 && row.verified == nil)
  }

  @Test func theReportFindsWhatIsWrong() throws {
    let cells = CoverageCell.cells(of: Int8Weight.type).filter { $0.operation == .linear }
    let report = try CoverageReport(cells, adding: [Self.wrong, Self.kernel], verifying: true)
    #expect(!report.failures.isEmpty)
    for row in report.cells.flatMap(\.rows) where row.runsHere {
      #expect(row.verified == (row.kernel != Self.wrong.row.name), "\(row.kernel)")
    }
  }
}
