import AffineQuant

/// Pairs of rows share a scale for 16 columns.
enum PerPair: RowSliced, RowJoinable { static let block = Block(rows: 2, columns: 16) }

/// Four values, finer near zero.
enum Squares: CodebookMap {
  typealias Storage = UInt2
  static let codebook = CodebookFormat(name: "squares", values: [-1, -0.25, 0.25, 1])
}

/// Eight values above zero.
enum Powers: CodebookMap {
  typealias Storage = UInt3
  static let codebook = CodebookFormat(
    name: "powers", values: (0..<8).map { Float(1 << $0) / 128 })
}

/// A table of three values, which is none for two bits.
enum Three: CodebookMap {
  typealias Storage = UInt2
  static let codebook = CodebookFormat(name: "three", values: [-1, 0, 1])
}

/// The mean square is one step, whatever is cut off.
struct RootMeanSquare: BlockRule {
  func parameters(of values: [Float], codes: ClosedRange<Int>) -> BlockRuleParameters {
    let power = values.reduce(0) { $0 + Double($1) * Double($1) } / Double(values.count)
    return BlockRuleParameters(scale: Float(max(power, 1e-30).squareRoot()))
  }
}

/// The range from zero to the largest value.
struct FromZero: BlockRule {
  func parameters(of values: [Float], codes: ClosedRange<Int>) -> BlockRuleParameters {
    let largest = max(values.max() ?? 0, 1e-30)
    return BlockRuleParameters(
      scale: largest / Float(codes.count - 1), zeroPoint: codes.lowerBound, bias: 0)
  }
}

/// Asks for what no type holds.
struct Impossible: BlockRule {
  let parameters: BlockRuleParameters
  func parameters(of values: [Float], codes: ClosedRange<Int>) -> BlockRuleParameters { parameters }
}

/// A `Float` whose last 13 bits are zero (NVIDIA's TF32).
struct TensorFloat32: FloatElement, Equatable {
  let float: Float
  init(rounding value: Float) {
    let bits = value.bitPattern
    float = Float(
      bitPattern: value.isFinite ? (bits &+ 0xfff &+ (bits >> 13 & 1)) & 0xffff_e000 : bits)
  }
}
