internal import Synchronization

/// The kernels that ran in the calls of an ``Execution`` that has this record.
///
///     var execution = Execution.standard
///     let record = KernelRecord()
///     execution.record = record
///     _ = try linear(x, weight, on: execution)
///     print(record.rows.map(\.name))
public final class KernelRecord: Sendable, Hashable {
  private let found = Mutex<Set<KernelRow>>([])
  /// What notes, for as long as it may run.
  private let noting = Mutex<[any AnyObject & Sendable]>([])

  public init() {}

  /// What ran so far, by name.
  public var rows: [KernelRow] {
    found.withLock { found in found.sorted { $0.name < $1.name } }
  }

  func note(_ row: KernelRow) { found.withLock { _ = $0.insert(row) } }

  func keep(_ object: any AnyObject & Sendable) { noting.withLock { $0.append(object) } }

  public static func == (lhs: KernelRecord, rhs: KernelRecord) -> Bool { lhs === rhs }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
