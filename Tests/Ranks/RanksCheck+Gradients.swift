import AffineDistributed
import AffineQuant
import AffineTraining

extension RanksCheck {
  private static let shapes = [Shape(3, 7), Shape(40, 50), Shape(1, 1), Shape(129, 64)]

  /// What a rank has of a gradient; of the last, the largest values of groups differ much.
  private static func value(_ rank: Int, _ parameter: Int, _ index: Int, _ step: Int) -> Float {
    let wave = Float((index * 37 + parameter * 11 + rank * 5 + step * 3) % 101 - 50) / 50
    return parameter == 3 ? wave * Float(1 + index / 256) : wave
  }

  private static func gradient(_ rank: Int, _ parameter: Int, _ step: Int) throws -> Matrix<Float> {
    let shape = shapes[parameter]
    return try Matrix(shape, (0..<shape.count).map { value(rank, parameter, $0, step) })
  }

  /// The sums of three steps in buckets that cut parameters, against sums in Double.
  ///
  /// Both roundings together are off by less than a step of the codes each time: of every rank's value, and
  /// of the sum, unless one rank alone gets it. With what was lost added to the next step, the error of all steps together is that of one.
  static func gradients(
    _ ranks: any Communicator, _ format: ExchangeFormat, owned isOwned: Bool
  ) throws {
    let owners = isOwned ? shapes.indices.map { ($0 + 1) % ranks.size } : nil
    var options = ExchangeOptions()
    (options.exchange, options.bucket) = (format, 1000)
    let exchange = GradientExchange(ranks, options)
    var totals = shapes.map { [Double](repeating: 0, count: $0.count) }
    let steps = 3
    for step in 0..<steps {
      exchange.begin(shapes, owners: owners, step: step, seed: 1, on: .threads(1))
      for parameter in shapes.indices.reversed() {
        try exchange.add(gradient(ranks.rank, parameter, step), of: parameter)
      }
      let sums = try exchange.finish()
      for parameter in shapes.indices {
        if let owners, owners[parameter] != ranks.rank {
          expect(sums[parameter] == nil, ranks, "a gradient of another rank's \(parameter)")
          continue
        }
        guard let sum = sums[parameter], sum.shape == shapes[parameter] else {
          return expect(false, ranks, "no gradient of parameter \(parameter)")
        }
        let largest = Double(parameter == 3 ? 1 + shapes[3].count / 256 : 1)
        for (index, value) in sum.values.array.enumerated() {
          var all = 0.0
          for rank in 0..<ranks.size { all += Double(self.value(rank, parameter, index, step)) }
          totals[parameter][index] += Double(value) - all
          // A step of codes of 127 for values up to `largest`, of bfloat16 2⁻⁸ of the value; once for each
          // rank and once for the sum, twice with what was lost before.
          let part = self.step(format)
          let allowed: Double = 4.4 * part * largest * Double(ranks.size)
          expect(
            abs(Double(value) - all) <= allowed, ranks,
            "\(format): value \(index) of parameter \(parameter) is \(value), not \(all)")
          guard step == steps - 1 else { continue }
          expect(
            abs(totals[parameter][index]) <= allowed, ranks,
            "\(format): errors of \(steps) steps add up to \(totals[parameter][index])")
        }
      }
      if !isOwned { try sameEverywhere(sums, ranks) }
    }
    guard ranks.size > 1 else { return }
    let part =
      Double(exchange.traffic.gradientBytes) / Double(exchange.traffic.float32GradientBytes)
    let most: Double =
      switch format {
      case .float32: 1
      case .bfloat16: 0.5
      case .int8: 0.27
      }
    expect(part <= most, ranks, "\(format) moves \(part) of the bytes of float32")
  }

  /// The largest part of a value that one rounding takes.
  private static func step(_ format: ExchangeFormat) -> Double {
    switch format {
    case .float32: 0x1p-22
    case .bfloat16: 0x1p-8
    case .int8: 1.0 / 127
    }
  }

  /// All ranks have the same bits.
  private static func sameEverywhere(
    _ sums: [Int: Matrix<Float>], _ ranks: any Communicator
  ) throws {
    for (_, sum) in sums.sorted(by: { $0.key < $1.key }) {
      let bits = Buffer(
        sum.values.array.map(\.bitPattern).flatMap { word in
          (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        })
      let all = try ranks.share(bits)
      expect(all.allSatisfy { $0 == all[0] }, ranks, "ranks have different sums")
    }
  }
}
