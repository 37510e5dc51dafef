import AffineQuant
import Benchmark

extension Work {
  /// Dynamically quantized activations; quantizing them is part of the time.
  static let integerProducts =
    [1, 32, 512].map { rows in
      product("int8-row-int8-token", rows) { size, execution in
        let input = values(rows, size)
        let weight = try Int8Weight(quantizing: values(size, size), on: execution)
          .tiled(on: execution)
        return {
          let codes = try Int8Activations(quantizing: input, on: execution)
          blackHole(try linear(codes, weight, on: execution))
        }
      }
    }
    + [1, 32].map { rows in
      product("int4-group32-int8-token", rows) { size, execution in
        let input = values(rows, size)
        let weight = try Int4Weight(quantizing: values(size, size), on: execution)
          .tiled(on: execution)
        return {
          let codes = try Int8Activations(quantizing: input, on: execution)
          blackHole(try linear(codes, weight, on: execution))
        }
      }
    }

  /// Float activations, with a weight of few bits or of floats.
  static let floatProducts =
    [1, 32].map { rows in
      product("int4-group32-float32", rows) { size, execution in
        let input = values(rows, size)
        let weight = try Int4Weight(quantizing: values(size, size), on: execution)
        return { blackHole(try linear(input, weight, on: execution)) }
      }
    } + [
      product("float32-float32", 128) { size, execution in
        let (input, weight) = (values(128, size), values(size, size))
        return { blackHole(try linear(input, weight, on: execution)) }
      }
    ]

  /// A product with a square weight.
  ///
  /// One row reads each weight once: its weight lies in the second cache of any CPU, since one that
  /// only just fits made times that differed by 20 % from process to process.
  private static func product(
    _ types: String, _ rows: Int,
    _ prepare: @escaping @Sendable (Int, Execution) throws -> () throws -> Void
  ) -> Work {
    let size = rows == 1 ? 512 : 1024
    return Work(
      name: "linear-\(types)-\(rows)x\(size)x\(size)", calibration: .arithmetic
    ) { try prepare(size, $0) }
  }
}
