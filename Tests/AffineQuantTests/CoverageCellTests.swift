import AffineQuant
import AffineTestSupport
import Testing

/// Every operation on every combination of types that compiles, on every kernel that runs here.
@Suite struct CoverageCellTests {
  @Test(arguments: MatrixOperation.allCases)
  func everyKernelAgreesWithTheOracle(operation: MatrixOperation) throws {
    var failures: [String] = []
    for cell in CoverageCell.all where cell.operation == operation {
      for row in cell.rows where row.canRun() {
        let outcome = try CellCheck.run(cell, row)
        if !outcome.passed {
          failures.append("\(row.name) \(cell.activationsName) \(cell.weights.name)")
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(5))")
  }

  @Test func everyCellEndsInAPortableKernel() {
    for cell in CoverageCell.all {
      #expect(cell.rows.last?.tier == .portable)
      #expect(cell.plan(on: .portable).tier == .portable)
    }
  }

  /// What moves or makes codes has a kernel wherever there are vectors.
  @Test(arguments: ["avx2", "avx512vnni", "neon"])
  func noConversionIsLeftToSwift(name: String) throws {
    let set = try #require(InstructionSet(name: name))
    guard set.isSubset(of: .running) else { return }
    let portable = CoverageCell.all.filter {
      !$0.operation.isProduct && $0.plan(on: set).tier == .portable
    }
    #expect(portable.isEmpty, "\(portable.count): \(portable.prefix(5).map(\.weights.name))")
  }

  /// No step of a product runs in Swift's own loops where there are vectors; `Tests/Arm/coverage.sh` asks on Arm.
  @Test(arguments: [
    "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "avx512bf16", "amx", "amxbf16", "neon",
    "neondot", "i8mm", "neonbf16", "sme",
  ])
  func noProductIsLeftToSwift(name: String) throws {
    let set = try #require(InstructionSet(name: name))
    guard set.isSubset(of: .running) else { return }
    let portable = CoverageCell.all.filter {
      $0.operation.isProduct && $0.plan(on: set).tier == .portable
    }
    let names = portable.prefix(5).map { "\($0.activationsName) \($0.weights.name)" }
    #expect(portable.isEmpty, "\(portable.count): \(names)")
  }

  @Test func namesFollowTheGrammar() {
    let operations = ["matmul", "quantize", "dequantize", "lookup", "transpose", "pack"]
    let codes = (1...8).map { "i\($0)" } + ["t4", "t6", "t8"]
    let elements =
      codes + codes.flatMap { ["f32\($0)", "bf16\($0)"] } + [
        "bf16", "f32", "u8", "u4", "8", "4", "any",
      ]
    let instructionSets = [
      "portable", "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "avx512bf16", "amx", "amxbf16",
      "neon",
      "neondot", "i8mm", "neonbf16", "sme",
    ]
    for row in Set(CoverageCell.all.flatMap(\.rows)) {
      let parts = row.name.split(separator: "_").map(String.init)
      // Of what serves one row alone a fifth.
      let isWhole = parts.count == 4 || parts.dropFirst(4) == ["row"]
      #expect(parts[0] == "aq" && isWhole, "\(row.name)")
      guard parts.count >= 4 else { continue }
      #expect(operations.contains(parts[1]), "\(row.name)")
      #expect(elements.contains(parts[2]), "\(row.name)")
      #expect(instructionSets.contains(parts[3]) && row.needs.name == parts[3], "\(row.name)")
    }
  }
}
