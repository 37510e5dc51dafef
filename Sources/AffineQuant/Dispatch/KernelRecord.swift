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
  /// What notes, by the kernel that it runs and keeps, for as long as it may run.
  private let noting = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])

  /// Nothing has run yet.
  public init() {}

  /// What ran so far, by name.
  public var rows: [KernelRow] {
    found.withLock { found in found.sorted { $0.name < $1.name } }
  }

  func note(_ row: KernelRow) { found.withLock { _ = $0.insert(row) } }

  /// What runs a kernel and notes it: one for each.
  func noting<Arguments>(
    _ plain: KernelDefinition<Arguments>, _ make: () -> KernelDefinition<Arguments>
  ) -> KernelDefinition<Arguments> {
    let key = ObjectIdentifier(plain)
    let kept = noting.withLock { noting in
      let kept = noting[key] ?? make()
      noting[key] = kept
      return kept
    }
    // It was made for the same kernel, so it takes the same arguments.
    return unsafe unsafeDowncast(kept, to: KernelDefinition<Arguments>.self)
  }

  public static func == (lhs: KernelRecord, rhs: KernelRecord) -> Bool { lhs === rhs }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
