import AffineFormats
import AffineQuant
import AffineTestSupport
import Testing

/// Checkpoints that lie, which must be refused or read, and never trap.
@Suite struct HostileCheckpointTests {
  private static let cases = [
    "mlx-affine-3-128-float32", "mlx-mxfp4-4-32-float32", "gptq-3-v1-asym-group16",
    "gptq-4-v1-asym-group16-order", "awq-group16", "pack-quantized-3-group-asym",
    "pack-quantized-4-group-order", "pack-quantized-4-tensor-asym", "int-quantized-8-group-asym",
  ]

  /// Reads all there is.
  private func readAll(_ file: SafeTensorsFile, _ configuration: String) -> Bool {
    guard let checkpoint = try? QuantizedCheckpoint(file: file, configuration: configuration) else {
      return false
    }
    for name in checkpoint.names {
      guard let weight = try? checkpoint.orderedMatrix(name) else { return false }
      let values: Matrix<Float> = weight.matrix.dequantized()
      #expect(values.shape == weight.matrix.shape)
    }
    return true
  }

  /// Every tensor in turn with other shapes, of as many bytes as they need.
  @Test(arguments: cases) func otherShapesNeverTrap(name: String) throws {
    let configuration = try CheckpointGolden.configuration(name)
    let file = try SafeTensorsFile(contents: Buffer(try CheckpointGolden.writer(name).contents))
    #expect(readAll(file, configuration))
    let shapes = [
      [], [0], [1], [1, 0], [0, 1 << 60], [1 << 60, 0], [1, 1], [2, 3], [31, 7], [1, 64], [64, 1],
      [3, 2, 8], [2, 2, 2, 2],
    ]
    var (tried, read) = (0, 0)
    for changed in file.names {
      for shape in shapes {
        for element in [TensorElement.int32, .float16, .uint8, .int64] {
          var writer = SafeTensorsWriter()
          for entry in file.header.entries where entry.name != changed {
            try writer.add(
              entry.name, entry.element, shape: entry.shape, bytes: try file.bytes(of: entry.name))
          }
          let count = shape.contains(0) ? 0 : shape.reduce(1, *) * element.bits / 8
          let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
          tried += 1
          // A shape without values that no bytes bound is refused before it is read.
          if shape.contains(where: { $0 >= 1 << 60 }) {
            #expect(throws: SafeTensorsError.self) {
              try writer.add(changed, element, shape: shape, bytes: Buffer(bytes))
            }
            continue
          }
          try writer.add(changed, element, shape: shape, bytes: Buffer(bytes))
          let other = try SafeTensorsFile(contents: Buffer(writer.contents))
          if readAll(other, configuration) { read += 1 }
        }
      }
    }
    // A scale of one row may be a scalar; hardly anything else fits.
    #expect(tried >= 100 && read <= tried / 8, "\(read) of \(tried) were read")
  }

  /// Each part missing in turn is named.
  @Test(arguments: cases) func missingPartsAreNamed(name: String) throws {
    let configuration = try CheckpointGolden.configuration(name)
    let file = try SafeTensorsFile(contents: Buffer(try CheckpointGolden.writer(name).contents))
    for missing in file.names where !missing.hasSuffix("g_idx") {
      var writer = SafeTensorsWriter()
      for entry in file.header.entries where entry.name != missing {
        try writer.add(
          entry.name, entry.element, shape: entry.shape, bytes: try file.bytes(of: entry.name))
      }
      let other = try SafeTensorsFile(contents: Buffer(writer.contents))
      let checkpoint = try QuantizedCheckpoint(file: other, configuration: configuration)
      let error = #expect(throws: QuantizedCheckpointError.self) {
        try checkpoint.orderedMatrix(name)
      }
      #expect(error == .notQuantized(name: name) || error == .tensors(.missing(name: missing)))
    }
  }

  /// Other numbers and words wherever one stands in the configuration.
  @Test(arguments: cases) func otherSettingsNeverTrap(name: String) throws {
    let configuration = try CheckpointGolden.configuration(name)
    let file = try SafeTensorsFile(contents: Buffer(try CheckpointGolden.writer(name).contents))
    let words = [
      "0", "-1", "-9223372036854775808", "9223372036854775807", "1000", "3", "1e9", "\"4\"", "null",
      "true", "[]", "{}", "[\"re:(a*)*\"]",
    ]
    var tried = 0
    for word in words {
      for match in configuration.matches(of: /: ("[^"]*"|-?[0-9]+|true|false|null)/) {
        var text = configuration
        text.replaceSubrange(match.range, with: ": \(word)")
        _ = readAll(file, text)
        tried += 1
      }
    }
    #expect(tried >= 26)
  }

  /// Changed bytes anywhere in the file or the configuration.
  @Test(arguments: cases) func changedBytesNeverTrap(name: String) throws {
    let contents = try CheckpointGolden.writer(name).contents
    let configuration = Array(try CheckpointGolden.configuration(name).utf8)
    var random = SplitMix64(seed: 5)
    for _ in 0..<200 {
      var (bytes, text) = (contents, configuration)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
        text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(
          in: 32...126, using: &random)
      }
      if let file = try? SafeTensorsFile(contents: Buffer(bytes)) {
        _ = readAll(file, String(decoding: configuration, as: UTF8.self))
      }
      let file = try SafeTensorsFile(contents: Buffer(contents))
      _ = readAll(file, String(decoding: text, as: UTF8.self))
    }
  }

  /// Groups that no order of the columns makes contiguous.
  @Test(arguments: [
    [0, 0, 0, 1], [0, 0, 1, 2], [-1, 0, 1, 1], [Int32.max, .min, 0, 0], [1, 1, 1, 1],
  ])
  func unevenGroupsAreRefused(groups: [Int32]) throws {
    var writer = SafeTensorsWriter()
    try writer.add("w.weight", .int8, shape: [1, 4], bytes: Buffer([1, 2, 3, 4]))
    try writer.add("w.weight_scale", Matrix<Float>(rows: 1, columns: 2) { _, _ in 1 })
    let bytes = groups.flatMap { group in
      (0..<4).map { UInt8(truncatingIfNeeded: group >> Int32(8 * $0)) }
    }
    try writer.add("w.weight_g_idx", .int32, shape: [4], bytes: Buffer(bytes))
    let configuration = """
      {"quant_method": "compressed-tensors", "format": "int-quantized", "config_groups": {"a":
      {"targets": ["Linear"], "weights": {"strategy": "group", "group_size": 2}}}}
      """
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    let checkpoint = try QuantizedCheckpoint(file: file, configuration: configuration)
    let error = #expect(throws: QuantizedCheckpointError.self) { try checkpoint.orderedMatrix("w") }
    guard case .unsupported(_, let feature) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(feature.contains("w.weight_g_idx"))
  }
}
