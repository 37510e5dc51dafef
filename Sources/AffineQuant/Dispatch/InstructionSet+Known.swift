internal import AffineKernels

extension InstructionSet {
  /// What the library knows of one set: a new one is a bit of `affine_kernels.h`, a constant, and a row here.
  struct Known: Sendable {
    /// What kernels that need it are named after.
    let name: String
    let set: InstructionSet
    /// What CPUs that have it have as well.
    var others: InstructionSet = []
    /// Bytes of a vector; of what has none those of a word.
    let vectorBytes: Int
    /// Whether one instruction multiplies and sums bytes.
    var multipliesBytes = false
    /// Whether it multiplies tiles of vectors.
    var hasTiles = false
  }

  /// The portable one, which is in every set, and the others, more capable ones later.
  static let known = [
    Known(name: "portable", set: .portable, vectorBytes: 4),
    Known(name: "avx2", set: .avx2, vectorBytes: 32),
    Known(name: "avxvnni", set: .avxvnni, others: .avx2, vectorBytes: 32, multipliesBytes: true),
    Known(
      name: "avx512vnni", set: .avx512vnni, others: .avx2, vectorBytes: 64, multipliesBytes: true),
    Known(name: "avx512vbmi", set: .avx512vbmi, others: [.avx2, .avx512vnni], vectorBytes: 64),
    Known(
      name: "avx512bf16", set: .avx512bf16, others: [.avx2, .avx512vnni, .avx512vbmi],
      vectorBytes: 64),
    Known(
      name: "amx", set: .amx, others: [.avx2, .avx512vnni, .avx512vbmi], vectorBytes: 64,
      multipliesBytes: true, hasTiles: true),
    Known(
      name: "amxbf16", set: .amxbf16, others: [.avx2, .avx512vnni, .avx512vbmi, .avx512bf16, .amx],
      vectorBytes: 64, hasTiles: true),
    Known(name: "neon", set: .neon, vectorBytes: 16),
    Known(name: "neondot", set: .neondot, others: .neon, vectorBytes: 16, multipliesBytes: true),
    Known(
      name: "i8mm", set: .i8mm, others: [.neon, .neondot], vectorBytes: 16, multipliesBytes: true),
    Known(name: "neonbf16", set: .neonbf16, others: [.neon, .neondot, .i8mm], vectorBytes: 16),
    Known(
      name: "sme", set: .sme, others: [.neon, .neondot, .i8mm, .neonbf16],
      vectorBytes: 4 * Int(aq_scalable_words()), multipliesBytes: true, hasTiles: true),
  ]

  /// The rows of all sets in it, the portable one's first. One without a row would count as less than it is: there is
  /// none.
  var rows: [Known] {
    let rows = Self.known.filter { contains($0.set) }
    let unknown = rows.reduce(self) { $0.subtracting($1.set) }
    precondition(unknown.isEmpty, "instruction sets \(unknown.rawValue) of which nothing is known")
    return rows
  }
}
