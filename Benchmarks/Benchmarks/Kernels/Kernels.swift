import AffineQuant
import Benchmark

/// Every kernel of the types that people use most, at sizes that they know.
///
/// The rows come from the tables: a new kernel is here without a line of its own.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], maxDuration: .milliseconds(500))
  for size in [ProductSize(m: 1, n: 1024, k: 1024), ProductSize(m: 128, n: 1024, k: 1024)] {
    size.register("int8-row", Int8Weight.self) {
      try Int8Weight(quantizing: $0, on: $1).tiled(on: $1)
    }
    size.register("int4-group32", Int4Weight.self) {
      try Int4Weight(quantizing: $0, on: $1).tiled(on: $1)
    }
  }
}

/// A product whose speed is worth knowing.
struct ProductSize: Sendable {
  let m, n, k: Int

  /// One benchmark for every kernel that runs here, on one thread.
  func register<Scaling: RowSliced, Storage: CodeStorage>(
    _ name: String, _ type: AffineQuantized<Storage, RowMajor<Scaling, Symmetric>>.Type,
    _ pack:
      @escaping @Sendable (Matrix<Float>, Execution) throws -> AffineQuantized<
        Storage, Tiled<Scaling, Symmetric>
      >
  ) {
    let rows = kernels(for: .linear, Int8Activations.operandType, type.operandType) ?? []
    for row in rows where row.canRun() {
      let execution = Execution(threads: 1, instructionSet: row.needs)
      Benchmark("linear int8-token × \(name), \(m)×\(k)×\(n), \(row.name)") { benchmark in
        let input = values(m, k), weight = try pack(values(n, k), execution)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
          let codes = try Int8Activations(quantizing: input, on: execution)
          blackHole(try linear(codes, weight, on: execution))
        }
      }
    }
  }

  private func values(_ rows: Int, _ columns: Int) -> Matrix<Float> {
    Matrix(rows: rows, columns: columns) { row, column in
      Float((row * 37 + column * 11) % 255 - 127)
    }
  }
}
