// A table of values of your own: quantized, multiplied, checked against an oracle, measured, and shown in a
// report. Run it with
//
//     swift run -c release CustomCodebook codebook.html
import AffineBench
import AffineQuant
import Foundation

/// Sixteen values, finer near zero: squares of sixteenths, of either sign.
enum Squares: CodebookMap {
  typealias Storage = UInt4
  static let codebook = CodebookFormat(
    name: "squares",
    values: (0..<16).map { code in
      let step = Float(2 * code - 15) / 16
      return step * step.magnitude
    })
}
typealias SquaresWeight = AffineQuantized<UInt4, RowMajor<PerGroup<32>, Codebook<Squares>>>

// Cubes of products of two uniform numbers: most are near zero.
let values = Matrix<Float>(rows: 64, columns: 256) { row, column in
  let word = UInt32(truncatingIfNeeded: row * 1_000_003 + column * 7919) &* 2_654_435_769
  let mixed = word ^ word >> 15
  let product = (Float(mixed & 0xffff) / 32768 - 1) * (Float(mixed >> 16) / 32768 - 1)
  return product * product * product
}

func error(of decoded: Matrix<Float>) -> Float {
  let squares = (0..<values.shape.count).map {
    (decoded.values[$0] - values.values[$0]) * (decoded.values[$0] - values.values[$0])
  }
  return (squares.reduce(0, +) / Float(squares.count)).squareRoot()
}

print("squares:", error(of: try SquaresWeight(quantizing: values).dequantized()))
print("int4:", error(of: try Int4Weight(quantizing: values).dequantized()))
let benchmark = Benchmark(.linear, Matrix<Float>.self, SquaresWeight.self, m: 8, k: 256, n: 64)
print(try benchmark.run(seconds: 0.1))

let report = try CoverageReport(
  CoverageCell.cells(of: SquaresWeight.type), verifying: true, measuring: true)
guard report.failures.isEmpty else { fatalError("\(report.failures)") }
print("\(report.summary.cells) operations, \(report.summary.verified ?? 0) kernels right")
if CommandLine.arguments.count > 1 {
  try report.html().write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
}
