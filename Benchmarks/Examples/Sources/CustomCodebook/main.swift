// A table of values of your own: quantized, multiplied, checked against an oracle, measured, and shown in a
// report. Run it with
//
//     swift run -c release CustomCodebook codebook.html
import AffineBench
import AffineQuant
import Foundation

/// Sixteen values, finer near zero: a power of two and one and a half times as much, of either sign.
enum Powers: CodebookMap {
  typealias Storage = UInt4
  static let codebook = CodebookFormat(
    name: "powers",
    values: [-1, -0.75, -0.5, -0.375, -0.25, -0.125, -0.0625, 0]
      + [0.0625, 0.125, 0.1875, 0.25, 0.375, 0.5, 0.75, 1])
}
typealias PowersWeight = AffineQuantized<UInt4, RowMajor<PerGroup<32>, Codebook<Powers>>>

// Sums of uniform numbers are nearly normal.
let values = Matrix<Float>(rows: 64, columns: 256) { row, column in
  (1...4).reduce(Float(0)) { $0 + Float((row * 31 + column * $1 * 17) % 101 - 50) / 50 }
}

func error(of decoded: Matrix<Float>) -> Float {
  let squares = (0..<values.shape.count).map {
    (decoded.values[$0] - values.values[$0]) * (decoded.values[$0] - values.values[$0])
  }
  return (squares.reduce(0, +) / Float(squares.count)).squareRoot()
}

print("powers:", error(of: try PowersWeight(quantizing: values).dequantized()))
print("int4:", error(of: try Int4Weight(quantizing: values).dequantized()))
print("nf4:", error(of: try NF4Weight(quantizing: values).dequantized()))
print(try Benchmark(.linear, Matrix<Float>.self, PowersWeight.self, m: 8, k: 256, n: 64).run(seconds: 0.1))

let report = try CoverageReport(
  CoverageCell.cells(of: PowersWeight.type), verifying: true, measuring: true)
guard report.failures.isEmpty else { fatalError("\(report.failures)") }
print("\(report.summary.cells) operations, \(report.summary.verified ?? 0) kernels right")
if CommandLine.arguments.count > 1 {
  try report.html().write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
}
