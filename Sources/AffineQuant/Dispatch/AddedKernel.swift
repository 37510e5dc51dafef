/// A kernel from outside of the library: an ``Execution`` carries it, and it is planned and explained as those of the
/// library are; `CoverageReport` of AffineBench verifies and times it as these.
@safe
public struct AddedKernel: Sendable, Hashable {
  /// What it computes; the C struct of the family's arguments states the formula.
  public let family: Family
  /// What the report says of it.
  public let row: KernelRow
  /// What one call computes, and how it wants both sides packed.
  public let tile: KernelTile
  private let definition: any AnyObject & Sendable
  /// The address of what runs.
  private let entry: UInt

  /// Takes a pointer to the struct of the family's arguments, of the module `AffineKernels`.
  public typealias Entry = @convention(c) @Sendable (_ arguments: UnsafeMutableRawPointer) -> Void

  /// The families of products, whose kernels can come from outside.
  public enum Family: Sendable, Hashable, CaseIterable {
    /// Codes of a byte on both sides: `aq_matmul_i8_args`.
    case bytes
    /// Codes of a byte against codes of half a byte: `aq_matmul_i8_args`.
    case nibbles
    /// Floats against codes of a byte: `aq_matmul_codes_args`.
    case weightBytes
    /// Floats against codes of half a byte: `aq_matmul_codes_args`.
    case weightNibbles
    /// Floats against codes of a byte that stand for the values of a table: `aq_matmul_codes_args`.
    case tableBytes
    /// Floats against codes of half a byte that do: `aq_matmul_codes_args`.
    case tableNibbles
    /// Floats on both sides: `aq_matmul_f32_args`.
    case floats
  }

  /// A kernel that must give the bits of its family's portable kernel.
  ///
  /// - Parameters:
  ///   - family: What it computes.
  ///   - name: What plans and reports call it.
  ///   - needs: Without these instruction sets it is passed over.
  ///   - tile: Of forms that the family's struct of arguments allows.
  ///   - run: Called on any thread, by several at once.
  public init(
    _ family: Family, name: String, needs: InstructionSet, tile: KernelTile, run: @escaping Entry
  ) {
    self.family = family
    row = KernelRow(name: name, needs: needs, tier: .tuned, isBuilt: true, family: family)
    self.tile = tile
    definition = unsafe Self.definition(family, row, tile, run)
    entry = unsafe unsafeBitCast(run, to: UInt.self)
  }

  private static func definition(
    _ family: Family, _ row: KernelRow, _ tile: KernelTile, _ run: Entry
  ) -> any AnyObject & Sendable {
    switch family {
    case .bytes, .nibbles: unsafe KernelDefinition<CodePanel>(row: row, tile: tile, run: run)
    case .weightBytes, .weightNibbles, .tableBytes, .tableNibbles:
      unsafe KernelDefinition<WeightPanel>(row: row, tile: tile, run: run)
    case .floats: unsafe KernelDefinition<FloatPanel>(row: row, tile: tile, run: run)
    }
  }

  /// The kernel of a family that takes these arguments.
  func kernel<Arguments>(_: Arguments.Type = Arguments.self) -> Kernel<Arguments> {
    // The table of a family asks for kernels of that family alone, whose arguments these are.
    unsafe Kernel(unsafeBitCast(definition, to: KernelDefinition<Arguments>.self))
  }

  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.family == rhs.family && lhs.row == rhs.row && lhs.tile == rhs.tile
      && lhs.entry == rhs.entry
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(family)
    hasher.combine(row)
  }
}
