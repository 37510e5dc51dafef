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

  /// The families whose kernels can come from outside: products of codes of a byte with codes, and of floats with
  /// codes, places in a table and floats, where the right side lies in whole or half bytes or is floats.
  ///
  /// Those of squeezed codes (1, 2, 3, 5, 6 and 7 bits, floats of 6 bits), of tables of whole numbers and of
  /// bfloat16 are the library's alone, and so is all that is no product.
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
  ///   - needs: Without these instruction sets, each one that has a name, it is passed over.
  ///   - tier: How much care it had, which nobody but its author knows: the lowest where nothing is said, so that no
  ///     report has a product for better than it is.
  ///   - tile: Of a form that packers can lay for the family. Of codes a k-group has 4, 8, 16, 32, 64 or 128, and is
  ///     whole runs of bytes on the left, or these are copied in runs that no packer has a kernel for, as of 64 in
  ///     k-groups of 4; of floats runs and k-groups have one.
  ///   - run: Called on any thread, by several at once.
  public init(
    _ family: Family, name: String, needs: InstructionSet, tier: KernelRow.Tier = .portable,
    tile: KernelTile, run: @escaping Entry
  ) {
    if let flaw = family.flaw(of: tile) { preconditionFailure("\(name): \(flaw)") }
    self.family = family
    row = KernelRow(name: name, needs: needs, tier: tier, isBuilt: true, family: family)
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
