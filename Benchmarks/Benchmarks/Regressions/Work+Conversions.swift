import AffineQuant
import AffineTraining
import Benchmark

/// Floats of 4 MB and codes of 1 MB, in a cache.
private let extent = 1024

extension Work {
  /// What moves memory: floats to codes and back, and codes turned.
  static let conversions = [
    Work(
      name: "quantize-int8-row-\(extent)x\(extent)",
      calibration: .copy(bytes: 5 * extent * extent)
    ) { execution in
      let floats = values(extent, extent)
      return { blackHole(try Int8Weight(quantizing: floats, on: execution)) }
    },
    Work(
      name: "dequantize-int4-group32-\(extent)x\(extent)",
      calibration: .copy(bytes: 4 * extent * extent + int4Bytes)
    ) { execution in
      let codes = try Int4Weight(quantizing: values(extent, extent), on: execution)
      return { blackHole(codes.dequantized(on: execution)) }
    },
    Work(
      name: "transpose-int8-row-\(extent)x\(extent)",
      calibration: .copy(bytes: 2 * extent * extent)
    ) { execution in
      let codes = try Int8Weight(quantizing: values(extent, extent), on: execution)
      return { blackHole(codes.transposed(on: execution)) }
    },
  ]

  /// Forward and both gradients of one layer, with a float32 master weight, as a tape computes them.
  static let trainStep = Work(
    name: "train-step-int8-row-int8-token-256x512x512", calibration: .arithmetic
  ) { execution in
    let (x, w, g) = (values(256, 512), values(512, 512), values(256, 512))
    return {
      let tape = Tape(on: execution)
      let output = try tape.linear(
        tape.input(.float32(x)), tape.input(.float32(w)), recipe: .int8MixedPrecision)
      blackHole(try tape.gradients(of: output, g))
    }
  }

  /// A product so small that what surrounds the kernel is what is timed: types, choice, allocation.
  static let typedCall = Work(
    name: "typed-call-int8-row-int8-row-1x64x32", calibration: .arithmetic
  ) { execution in
    let codes = try Int8Activations(quantizing: values(1, 64), on: execution)
    let weight = try Int8Weight(quantizing: values(32, 64), on: execution).tiled(on: execution)
    return { blackHole(try linear(codes, weight, on: execution)) }
  }

  /// Half a byte a value, and a scale of four bytes for 32 of them.
  private static let int4Bytes = extent * extent / 2 + extent * extent / 8
}
