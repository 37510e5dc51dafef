internal import Synchronization

/// The kernels that ran in the calls of an ``Execution`` that has this record, and the regions that they ran in.
///
///     var execution = Execution.standard
///     let record = KernelRecord()
///     execution.record = record
///     _ = try linear(x, weight, on: execution)
///     print(record.rows.map(\.name), record.regions)
public final class KernelRecord: Sendable, Hashable {
  private let found = Mutex<Set<KernelRow>>([])
  /// Regions so far, and the threads of the one of most.
  private let opened = Mutex((regions: 0, threads: 1))
  /// What notes, by the kernel that it runs and keeps, for as long as it may run.
  private let noting = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])

  /// Nothing has run yet.
  public init() {}

  /// What ran so far, by name.
  public var rows: [KernelRow] {
    found.withLock { found in found.sorted { $0.name < $1.name } }
  }

  /// How often the work of the calls was split among threads so far, each time with a wait for all at its end: what
  /// one thread does alone is no region.
  public var regions: Int { opened.withLock { $0.regions } }

  /// The most threads that one of the regions was split among; 1: there was none.
  public var threads: Int { opened.withLock { $0.threads } }

  func note(regionOf threads: Int) {
    opened.withLock { $0 = ($0.regions + 1, max($0.threads, threads)) }
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
