internal import AffineKernels

/// Instruction sets that a kernel needs or a CPU has.
public struct InstructionSet: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ bit: Int) { rawValue = UInt32(bit) }

  /// AVX2 with FMA, F16C and BMI2.
  public static let avx2 = InstructionSet(AQ_AVX2)
  /// 8-bit dot products on 256-bit registers.
  public static let avxvnni = InstructionSet(AQ_AVXVNNI)
  /// AVX-512 F, BW, DQ, VL and VNNI.
  public static let avx512vnni = InstructionSet(AQ_AVX512VNNI)
  /// AVX-512 permutations of bytes, with what ``avx512vnni`` has.
  public static let avx512vbmi = InstructionSet(AQ_AVX512VBMI)
  /// AVX-512 dot products of bfloat16, with what ``avx512vbmi`` has.
  public static let avx512bf16 = InstructionSet(AQ_AVX512BF16)
  /// AMX int8 tiles.
  public static let amx = InstructionSet(AQ_AMX)
  /// AMX bfloat16 tiles, with what ``amx`` and ``avx512bf16`` have.
  public static let amxbf16 = InstructionSet(AQ_AMXBF16)
  /// Arm NEON.
  public static let neon = InstructionSet(AQ_NEON)
  /// Arm 8-bit dot products.
  public static let neondot = InstructionSet(AQ_NEONDOT)
  /// Arm 8-bit matrix products.
  public static let i8mm = InstructionSet(AQ_I8MM)
  /// Arm dot products of bfloat16.
  public static let neonbf16 = InstructionSet(AQ_NEONBF16)
  /// Arm outer products of bytes on tiles of scalable vectors.
  public static let sme = InstructionSet(AQ_SME)
  /// No more than the language gives: every CPU has it.
  public static let portable: InstructionSet = []

  /// What the running CPU has.
  public static let running = InstructionSet(rawValue: aq_running_isa())

  /// The name of the most capable set in it: what a kernel that needs it is named after.
  public var name: String { Self.known.last { contains($0.set) }?.name ?? "portable" }

  /// The names of all sets in it.
  public var allNames: [String] {
    Self.known.filter { !$0.set.isEmpty && contains($0.set) }.map(\.name)
  }

  /// Reads the name of one set, with all that CPUs which have it have as well.
  public init?(name: String) {
    guard let known = Self.known.first(where: { $0.name == name }) else { return nil }
    self = known.set.union(known.others)
  }
}
