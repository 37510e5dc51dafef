package import AffineQuant

/// How functions are run that must give the same bits on every instruction set and thread count.
package enum Executions {
  package static let all = ["portable", "avx2", "avx512vnni", "avx512vbmi", "neon"]
    .compactMap { InstructionSet(name: $0) }
    .flatMap { set in [1, 3].map { Execution(threads: $0, instructionSet: set) } }
}

/// Whether two matrices hold the same bits, of numbers that are none too.
package func sameBits(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Bool {
  a.shape == b.shape
    && zip(a.values.array, b.values.array).allSatisfy { $0.bitPattern == $1.bitPattern }
}
