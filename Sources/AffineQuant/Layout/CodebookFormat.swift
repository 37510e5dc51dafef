/// A table from codes to values, described at run time: a name and one value for each code, ascending.
public struct CodebookFormat: Sendable, Hashable {
  /// The name on the command line and in files.
  public let name: String
  /// The values, ascending, one for each code.
  public let values: [Float]
  /// The values as whole numbers, where they are such after one factor.
  let whole: WholeTable?

  /// A table of a package's own; ``QuantizedType`` checks it where it is used.
  ///
  /// - Parameters:
  ///   - name: A name that no other table has; files read back the tables of ``all`` alone.
  ///   - values: Finite, ascending, as many as the storage has codes, the last above zero.
  public init(name: String, values: [Float]) {
    self.name = name
    self.values = values
    whole = WholeTable(values)
  }

  /// The storage of fewest bits whose codes index the table.
  package var storage: CodeFormat {
    .unsigned(bits: Int.bitWidth - max(values.count - 1, 1).leadingZeroBitCount)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  public static func == (lhs: CodebookFormat, rhs: CodebookFormat) -> Bool {
    lhs.name == rhs.name && lhs.values == rhs.values
  }

  /// Whether the codes of a storage index the table: unsigned, one a value.
  func serves(_ storage: CodeFormat) -> Bool {
    guard case .unsigned(let bits) = storage, values.count == 1 << bits,
      values[values.count - 1] > 0
    else { return false }
    return (values[values.count - 1] - values[0]).isFinite
      && zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Whether files read the table back by its name.
  public var isBuiltIn: Bool { Self.all.contains(self) }

  /// The tables that there are, by name.
  public static let all = [
    normalFloat4, dynamic8, dynamicUnsigned8, dynamic4, dynamicUnsigned4, unsignedFloat8,
  ]

  /// 16 quantiles of the normal distribution (QLoRA, arXiv 2305.14314, appendix E).
  public static let normalFloat4 = CodebookFormat(
    name: "nf4",
    values: [
      -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
      -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
      0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
      0.7229568362236023, 1.0,
    ])
  /// 256 signed values, dense near zero, one bit of exponent after another (Dettmers et al.,
  /// "8-bit Optimizers via Block-wise Quantization", arXiv 2110.02861).
  public static let dynamic8 = CodebookFormat(name: "dynamic8", values: dynamicMap(signed: true))
  /// 256 values from 0 to 1 of the same construction, for second moments.
  public static let dynamicUnsigned8 = CodebookFormat(
    name: "dynamicUnsigned8", values: dynamicMap(signed: false))
  /// 16 signed values, dense near zero, for first moments (torchao's 4-bit optimizers).
  public static let dynamic4 = CodebookFormat(
    name: "dynamic4",
    values: [
      -0.8875, -0.6625, -0.4375, -0.2125, -0.0775, -0.0325, -0.0055, 0, 0.0055, 0.0325, 0.0775,
      0.2125, 0.4375, 0.6625, 0.8875, 1,
    ])
  /// Sixteenths from 1/16 to 1, for second moments: without zero, by which a step would be divided
  /// (torchao's 4-bit optimizers).
  public static let dynamicUnsigned4 = CodebookFormat(
    name: "dynamicUnsigned4", values: (1...16).map { Float($0) / 16 })
  /// Floats from 1.7e-5 to 1 with four bits each of exponent and mantissa, without sign, and zero: for
  /// roots of second moments.
  public static let unsignedFloat8 = CodebookFormat(
    name: "unsignedFloat8",
    // Bits 19 and above of a float; those of 1 are the last.
    values: [0] + (1...255).map { Float(bitPattern: (1777 + $0) << 19) })

  /// ``dynamic8`` in the float32 of bitsandbytes' files, rounded where its program rounds, for scales of weights.
  static let bitsandbytes8 = CodebookFormat(
    name: "bitsandbytes8",
    values: {
      var values: [Float] = [0, 1]
      for decade in 0..<7 {
        let count = 1 << decade, step = (1 - Float(0.1)) / Float(count)
        // The edges of equal parts of 0.1…1, each from the nearer end.
        let edges = (0...count).map { place in
          place < (count + 1) / 2
            ? Float(0.1).addingProduct(step, Float(place))
            : Float(1).addingProduct(-step, Float(count - place))
        }
        let power = Float((0..<6 - decade).reduce(1.0) { value, _ in value / 10 })
        for (low, high) in zip(edges, edges.dropFirst()) {
          let value = power * ((low + high) / 2)
          values += [value, -value]
        }
      }
      return values.sorted()
    }())

  /// Seven decades; each further decade from below has twice the values, at the middles of equal
  /// parts of 0.1…1. Zero and one complete the 256.
  private static func dynamicMap(signed: Bool) -> [Float] {
    let decades = 7
    var values: [Double] = [0, 1]
    for decade in 0..<decades {
      let count = signed ? 1 << decade : 1 << (decade + 1)
      // The edges are linspace(0.1, 1, count + 1): their midpoints are the values.
      let step = 0.9 / Double(count)
      let power = (0..<(decades - 1 - decade)).reduce(1.0) { value, _ in value / 10 }
      for part in 0..<count {
        let middle = 0.1 + step * (Double(part) + 0.5)
        values.append(middle * power)
        if signed { values.append(-middle * power) }
      }
    }
    return values.map(Float.init).sorted()
  }
}
