public import AffineQuant

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which kernel serves which operation on which types, whether it is right and how fast it is: as
/// `affine coverage --format json` writes it.
public struct CoverageReport: Codable, Sendable {
  /// Where it was made.
  public let machine: Machine
  /// What its maker calls it, a commit for example; null if it has no name.
  @Nullable public private(set) var label: String? = nil
  /// When it was made, as `2026-11-28T01:25:31Z`; null in reports of former versions.
  @Nullable public private(set) var date: String? = nil
  /// One for every operation and types.
  public internal(set) var cells: [Cell]
  /// What rates are compared with; null if nothing was measured.
  @Nullable public internal(set) var roofs: Roofs? = nil

  /// One kernel of a cell.
  public struct Row: Codable, Sendable {
    /// Its name, what it needs of a CPU, and how carefully it is written: tuned, vectorized or portable.
    public let kernel, instructionSet, tier: String
    /// Whether this CPU has what it needs.
    public let runsHere: Bool
    /// Whether its results were those of the oracle; null if it was not asked.
    @Nullable public internal(set) var verified: Bool? = nil
    /// The largest error, relative to the sum of the magnitudes of what was added up; of quantizing, in steps
    /// of the scale.
    @Nullable public internal(set) var maxRelativeError: Double? = nil
    /// The largest error that was allowed, in the same unit.
    @Nullable public internal(set) var errorBound: Double? = nil
    /// Billions of operations a second in the fastest round, of elements for what has one operand.
    @Nullable public internal(set) var gops: Double? = nil
    /// The same in the slowest round.
    @Nullable public internal(set) var slowestGops: Double? = nil
    /// Of the loop of the same instructions, or of the copy for what moves memory; from 0 to 1.
    @Nullable public internal(set) var fractionOfPeak: Double? = nil
    /// Operations of what was measured.
    @Nullable public internal(set) var operations: Double? = nil
    /// Bytes of its operands and its result.
    @Nullable public internal(set) var bytes: Double? = nil
    /// Why the check could not be made.
    var reason: String?

    private enum CodingKeys: CodingKey {
      case kernel, instructionSet, tier, runsHere, verified, maxRelativeError, errorBound, gops
      case slowestGops, fractionOfPeak, operations, bytes
    }
  }

  /// What a call does before, in and after its kernel.
  public struct Step: Codable, Sendable, Hashable {
    /// What the step does, as ``AffineQuant/Plan`` names it.
    public let work: String
    /// The kernels that do it.
    public let kernels: [String]
    /// The lowest of the kernels' tiers.
    public let tier: String
    /// Each kernel's; reports of former versions lack them.
    public let tiers: [String]?
  }

  /// An operation on types.
  public struct Cell: Codable, Sendable {
    /// The names of the operation and of the operands' types.
    public let operation, activations, weights: String
    /// The kernels that can serve it, fastest first.
    public internal(set) var rows: [Row]
    /// The kernel that runs.
    public let chosen: String
    /// The lowest of the steps' tiers.
    public let tier: String
    /// What a call does, in its order.
    public let steps: [Step]
  }

  /// What the machine does at most, on one thread.
  public struct Roofs: Codable, Sendable {
    /// Read and written, of copying as many bytes as the largest of the measured cells has.
    public let copyGigabytesPerSecond: Double
    /// Loops on registers alone, by the numbers that they multiply and the instruction set.
    public let peaks: [Peak]

    /// One of them.
    public struct Peak: Codable, Sendable {
      /// Of the loop: what it multiplies, and the instruction set.
      public let name: String
      /// Billions of operations a second.
      public let gops: Double
    }
  }

  /// How many cells of which kind there are.
  public struct Summary: Codable, Sendable {
    /// How many there are.
    public let cells: Int
    /// Cells by the lowest tier of their steps.
    public let tuned, vectorized, portable: Int
    /// Kernels checked and found right, over all cells; null if not asked.
    @Nullable public var verified: Int?
    /// Kernels checked and found wrong; null if not asked.
    @Nullable public var failed: Int?
  }

  private enum CodingKeys: CodingKey { case machine, label, date, cells, roofs, summary }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    machine = try values.decode(Machine.self, forKey: .machine)
    label = try values.decodeIfPresent(String.self, forKey: .label)
    date = try values.decodeIfPresent(String.self, forKey: .date)
    cells = try values.decode([Cell].self, forKey: .cells)
    roofs = try values.decodeIfPresent(Roofs.self, forKey: .roofs)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(machine, forKey: .machine)
    try values.encode(_label, forKey: .label)
    try values.encode(_date, forKey: .date)
    try values.encode(cells, forKey: .cells)
    try values.encode(_roofs, forKey: .roofs)
    try values.encode(summary, forKey: .summary)
  }

  /// Lists cells, and looks at their kernels.
  ///
  /// - Parameters:
  ///   - cells: ``AffineQuant/CoverageCell/all``, or those of a type of your own,
  ///     ``AffineQuant/CoverageCell/cells(of:)``.
  ///   - available: What kernels may use.
  ///   - added: Kernels of yours, which come before those of the library in the cells that they serve, and are checked
  ///     and timed as these are.
  ///   - verifying: Whether every kernel that runs here is checked against an oracle in `Double`.
  ///   - measuring: Whether every such kernel is timed, on one thread; all cells take a minute or two.
  ///   - label: What the page calls the report, a commit for example.
  ///   - progress: Told how far the work has come.
  /// - Throws: What an operation throws that the types do not rule out: a defect.
  public init(
    _ cells: [CoverageCell], on available: InstructionSet = .running,
    adding added: [AddedKernel] = [], verifying: Bool = false, measuring: Bool = false,
    label: String? = nil, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    machine = .current
    self.label = label
    date = Date.now.formatted(.iso8601)
    let kernels = cells.map { $0.kernels(adding: added) }
    self.cells = zip(cells, kernels).map { Cell($0, $1, on: available) }
    if verifying { verify(cells, kernels, available, progress) }
    if measuring {
      var measurement = RateMeasurement(available)
      try measurement.fill(&self, cells, kernels, progress)
    }
  }

  /// Counts of cells and of verdicts.
  public var summary: Summary {
    func count(_ tier: KernelRow.Tier) -> Int { cells.count { $0.tier == tier.rawValue } }
    let verdicts = cells.flatMap(\.rows).compactMap(\.verified)
    return Summary(
      cells: cells.count, tuned: count(.tuned), vectorized: count(.vectorized),
      portable: count(.portable), verified: verdicts.isEmpty ? nil : verdicts.count { $0 },
      failed: verdicts.isEmpty ? nil : verdicts.count { !$0 })
  }

  /// What failed, by name.
  public var failures: [String] {
    cells.flatMap { cell in
      cell.rows.filter { $0.verified == false }.map {
        "\(cell.operation) \(cell.activations) × \(cell.weights): \($0.kernel)"
          + ($0.reason.map { ": \($0)" } ?? "")
      }
    }
  }
}
