import AffineFormats
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// Matrices of 16 bits in a file are quantized as the `Float` values that they stand for: by the calls of
/// `affine quantize` for a file of which nothing else is known.
@Suite struct SixteenBitWeightTests {
  private static let half = Samples.matrix(9, 70, seed: 3).converted(to: Float16.self)
  private static let brain = Samples.matrix(9, 70, seed: 4).converted(to: BFloat16.self)

  private static func quantized(
    _ name: String, _ file: SafeTensorsFile, _ type: QuantizedType
  ) throws -> AnyQuantized {
    let weight: Matrix<Float> = try file.matrix(name)
    let group = try LayerGroup([.init(name, weight, as: type)])
    let result = try RoundToNearest().quantize(group, on: .threads(2))
    return try #require(result.weights[0])
  }

  /// Whether numbers are such of either type of 16 bits.
  private static func haveSixteenBits(_ numbers: Matrix<Float>) -> Bool {
    numbers.values.array.allSatisfy { Float(Float16($0)) == $0 }
      || numbers.values.array.allSatisfy { $0.bitPattern & 0xffff == 0 }
  }

  /// Symmetric types and asymmetric ones, with steps that are no power of two of a value.
  @Test(arguments: ["int8-row", "int8-group32", "uint8-row", "uint4-group32"])
  func matricesAreWidenedFirst(type name: String) throws {
    let type = try #require(QuantizedType(name: name))
    var writer = SafeTensorsWriter()
    try writer.add("half.weight", Self.half)
    try writer.add("brain.weight", Self.brain)
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(file.header["half.weight"]?.element == .float16)
    #expect(file.header["brain.weight"]?.element == .bfloat16)

    // Widened here by the formats' definitions.
    let widened: [(name: String, values: Matrix<Float>)] = [
      ("half.weight", Matrix(rows: 9, columns: 70) { Float(Self.half[$0, $1]) }),
      (
        "brain.weight",
        Matrix(rows: 9, columns: 70) {
          Float(bitPattern: UInt32(Self.brain[$0, $1].bitPattern) << 16)
        }
      ),
    ]
    for (name, values) in widened {
      let found = try Self.quantized(name, file, type)
      #expect(try found == AnyQuantized(quantizing: values, as: type))
      // Scales that are computed in the type of the matrix, as torchao's are, have its 16 bits.
      #expect(!Self.haveSixteenBits(found.scales), "\(name) \(type)")
    }
  }
}
