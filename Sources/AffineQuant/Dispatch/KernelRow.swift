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

  /// Whether the kernel can run on a CPU that has these instruction sets.
  public func canRun(on available: InstructionSet = .running) -> Bool {
    isBuilt && needs.isSubset(of: available)
  }

  /// How much care a kernel had.
  public enum Tier: String, Sendable, Hashable, CaseIterable {
    /// Written by hand for the instruction set.
    case tuned
    /// A plain loop, compiled for the instruction set.
    case vectorized
    /// Swift: the definition, which runs everywhere.
    case portable
  }
}

/// Which kernel a call runs, and why no faster one.
public struct KernelExplanation: Sendable, Hashable, CustomStringConvertible {
  /// The kernel that runs.
  public let chosen: KernelRow
  /// The faster ones, fastest first, each with the reason.
  public let passedOver: [(row: KernelRow, reason: String)]

  public var description: String {
    passedOver.map { "\($0.row.name) passed over: \($0.reason)\n" }.joined()
      + "\(chosen.name) runs (\(chosen.tier.rawValue))"
  }

  public static func == (lhs: Self, rhs: Self) -> Bool { lhs.description == rhs.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension [KernelRow] {
  /// Which of these rows, fastest first, a CPU runs, and why not a faster one.
  func explanation(on available: InstructionSet) -> KernelExplanation {
    var passedOver: [(row: KernelRow, reason: String)] = []
    for row in self {
      if row.canRun(on: available) { return KernelExplanation(chosen: row, passedOver: passedOver) }
      let missing = row.needs.subtracting(available).allNames.joined(separator: ", ")
      passedOver.append(
        (row, row.isBuilt ? "the CPU lacks \(missing)" : "built for another architecture"))
    }
    preconditionFailure("a table without portable row")
  }
}
