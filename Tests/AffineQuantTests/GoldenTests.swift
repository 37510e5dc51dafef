import AffineFormats
import AffineQuant
import AffineTestSupport
import Testing

/// Scales, zero points, biases, codes and values equal torchao's and MLX's, bit for bit.
@Suite struct GoldenTests {
  @Test(arguments: [("torchao", 350), ("torchao_odd", 20), ("mlx", 120)])
  func equalsTheReference(file: String, atLeast: Int) throws {
    let golden = try GoldenFile(file)
    var failures: [String] = []
    // Codes of one bit with a sign are no storage here.
    let cases = golden.cases.filter {
      $0.description.method != "tinygemm" || $0.description.bits > 1
    }
    #expect(cases.count >= atLeast)
    for (name, description) in cases {
      let differences: [String] =
        switch description.inputType {
        case "float32": try compare(golden, name, description, Float.self)
        case "float16": try compare(golden, name, description, Float16.self)
        default: try compare(golden, name, description, BFloat16.self)
        }
      if !differences.isEmpty { failures.append("\(name) \(description): \(differences)") }
    }
    #expect(failures.isEmpty, "\(failures.count) of \(golden.cases.count): \(failures.prefix(3))")
  }

  private func compare<Element: FloatElement>(
    _ golden: GoldenFile, _ name: String, _ description: GoldenFile.Description, _: Element.Type
  ) throws -> [String] {
    let input: Matrix<Element> = try golden.tensors.matrix(description.input)
    guard let type = description.type else { return ["no such type"] }
    let matrix = try CodeMatrix.quantize(input, as: type, description.options, .standard)
    let isMX = description.method.hasPrefix("mx")
    var differences: [String] = []
    func check(_ part: String, _ ours: [Double], _ theirs: [Double]) {
      if ours != theirs { differences.append(part) }
    }
    let scales = try golden.numbers("\(name)/scales")
    check(
      "scales", matrix.scales.array.map(Double.init),
      isMX ? scales.map { Double(E8M0(bitPattern: UInt8($0)).float) } : scales)
    if matrix.zeroPoints.count > 0 {
      check(
        "zero points", matrix.zeroPoints.array.map(Double.init),
        try golden.numbers("\(name)/zero_points"))
    }
    if matrix.biases.count > 0 {
      check("biases", matrix.biases.array.map(Double.init), try golden.numbers("\(name)/biases"))
    }
    let codes = AnyQuantized(matrix).codes.map { Double($0) + description.codeShift }
    let theirs = try golden.numbers("\(name)/codes")
    let values: Matrix<Element> = matrix.dequantized()
    let dequantized = try golden.numbers("\(name)/dequantized")
    if description.method == "mxfp4" {
      // MLX breaks ties to the smaller magnitude, the OCP specification and we to the even code; the
      // sign of zero is not kept there. Off ties the values are equal.
      for index in codes.indices where codes[index] != theirs[index] {
        let value = Double(input.values[index].float)
        let ours = abs(value - Double(values.values[index].float))
        if ours != abs(value - dequantized[index]) { differences.append("code \(index)") }
      }
    } else {
      check("codes", codes, theirs)
      check("values", values.values.array.map { Double($0.float) }, dequantized)
    }
    return differences
  }
}
