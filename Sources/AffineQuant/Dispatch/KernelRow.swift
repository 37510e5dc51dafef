/// What a report says of one kernel.
public struct KernelRow: Sendable, Hashable {
  /// The symbol, by the grammar of the kernel names page.
  public let name: String
  /// What the kernel needs of the CPU.
  public let needs: InstructionSet
  /// How much care the kernel had.
  public let tier: Tier
  /// Whether this build contains the kernel.
  public let isBuilt: Bool
  /// The family, of those whose kernels can come from outside.
  package let family: AddedKernel.Family?

  /// Whether the kernel can run on a CPU that has these instruction sets.
  ///
  /// `available` is what the CPU has.
  public func canRun(on available: InstructionSet = .running) -> Bool {
    isBuilt && needs.isSubset(of: available)
  }

  /// How much care a kernel had.
  public enum Tier: String, Sendable, Hashable, CaseIterable {
    /// Written by hand for the instruction set.
    case tuned
    /// A plain loop, compiled for the instruction set.
    case vectorized
    /// Swift: the definition, which runs everywhere; and a kernel from outside whose author says no more.
    case portable

    /// The lowest of some kernels' tiers.
    static func lowest(of rows: [KernelRow]) -> Tier {
      let tiers = Set(rows.map(\.tier))
      return allCases.last { tiers.contains($0) } ?? .tuned
    }
  }
}

/// A kernel that is faster than the one that runs, and why it does not.
public struct PassedOver: Sendable, Hashable {
  /// The kernel.
  public let row: KernelRow
  /// What the CPU lacks of what it needs, or what the execution leaves out.
  public let reason: String
}

extension [KernelRow] {
  /// Those before a row, fastest first, each with the reason why this CPU, an execution that allows these
  /// instruction sets, or a product of few rows leaves it out.
  func passedOver(for chosen: KernelRow, allowing allowed: InstructionSet) -> [PassedOver] {
    prefix { $0 != chosen }.map { row in
      guard row.isBuilt else {
        return PassedOver(row: row, reason: "built for another architecture")
      }
      // What this CPU has not no execution could allow: that is asked first.
      guard row.canRun() else {
        let missing = row.needs.subtracting(.running).allNames.joined(separator: ", ")
        return PassedOver(row: row, reason: "the CPU lacks \(missing)")
      }
      guard row.canRun(on: allowed) else {
        let missing = row.needs.subtracting(allowed).allNames.joined(separator: ", ")
        return PassedOver(row: row, reason: "the execution leaves out \(missing)")
      }
      return PassedOver(row: row, reason: "another is faster for so few rows")
    }
  }
}
