import AffineQuant
import ArgumentParser

/// Which kernels a command may use: `--isa` is the option for an ``InstructionSet``.
struct InstructionSetOption: ParsableArguments {
  @Option(
    help:
      "The instruction set that kernels may use, with all that it needs; by default all there are."
  )
  var isa: String?

  /// The set of that name, if this machine has it.
  func instructionSet() throws -> InstructionSet {
    guard let isa else { return .running }
    guard let set = InstructionSet(name: isa) else {
      throw Failure(
        "no instruction set is called '\(isa)': "
          + "portable, avx2, avxvnni, avx512vnni, avx512vbmi, avx512bf16, amx, amxbf16, neon, neondot, "
          + "i8mm, neonbf16 and sme are known"
      )
    }
    guard set.isSubset(of: .running) else {
      let missing = set.subtracting(.running).allNames.joined(separator: " and ")
      throw ValidationError("this machine has no \(missing)")
    }
    return set
  }
}
