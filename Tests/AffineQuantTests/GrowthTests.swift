import AffineQuant
import AffineTestSupport
import Foundation
import Testing

#if os(Linux)
  /// Nothing that a product allocates stays.
  @Suite struct GrowthTests {
    #if DEBUG
      static let products = 5_000
    #else
      static let products = 100_000
    #endif

    /// Pages that the process has in memory.
    static func residentBytes() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return try #require(Int(text.split(separator: " ")[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// What the allocator and the first calls of anything may keep.
    static let slack = 1 << 20

    /// In a process of its own, since other tests allocate too. The smallest object that could stay is
    /// 32 bytes, half of which a product is allowed.
    @Test func productsLeaveNothing() async {
      await #expect(processExitsWith: .success) {
        let weight = try Int8Weight(quantizing: Samples.matrix(48, 64, seed: 1)).tiled()
        let codes = try Int4Weight(quantizing: Samples.matrix(48, 64, seed: 2))
        let x = Samples.matrix(3, 64, seed: 3)
        func products(_ count: Int) throws {
          for index in 0..<count / 2 {
            _ = try linear(Int8Activations(quantizing: x), weight, on: .threads(1 + index % 2))
            _ = try linear(x, codes, on: .threads(1 + index % 2))
          }
        }
        try products(GrowthTests.products / 10)
        let before = try GrowthTests.residentBytes()
        try products(GrowthTests.products)
        let growth = try GrowthTests.residentBytes() - before
        precondition(growth < 16 * GrowthTests.products + GrowthTests.slack, "\(growth) bytes more")
      }
    }
  }
#endif
