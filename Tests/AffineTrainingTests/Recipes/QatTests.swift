import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct QatTests {
  private typealias TokenCodes = AffineQuantized<Int8, RowMajor<PerToken, Asymmetric>>
  private let m = 40, n = 23, k = 70
  let layer = Layer()

  private var x: Coded { Coded.asymmetric(layer.x, .row, -128...127) }
  private var w: Coded { Coded.symmetric(layer.w, .rowSlice(32), divisor: 7.5, -8...7) }
  /// Bytes of int4 codes and a scale for each group.
  private var weightBytes: Int { n * k / 2 + 4 * n * 3 }

  /// Where codes were cut, quantization passes nothing.
  private func masked(_ sums: Table.Sums, _ coded: Coded) -> Table.Sums {
    sums.map { coded.isCut[$0 * coded.columns + $1] ? 0 : $2 }
  }

  @Test func productsAreThoseOfTheCodes() throws {
    let run = try layer.run(.qat8da4w)
    let (x, w, g) = (x, w, Table(layer.g))
    let y = Table.forward(x.table, w.table)
    let dx = masked(Table.inputGradient(g, w.table), x)
    let dw = masked(Table.weightGradient(g, x.table), w)
    #expect(excess(run.output, over: y, roundings: roundings(slices: 3)) <= 1)
    #expect(excess(run.dx, over: dx, roundings: roundings(depth: n)) <= 1)
    #expect(excess(run.dw, over: dw, roundings: roundings(depth: m)) <= 1)
    let cut = w.isCut.count { $0 }
    print("qat-8da4w: \(cut) of \(n * k) weights cut, and \(x.isCut.count { $0 }) inputs")
    #expect(cut > 0 && cut < n * k / 32)
    let places = 8 * (cut + x.isCut.count { $0 })
    #expect(run.savedBytes == m * k + 6 * m + weightBytes + places)
  }

  @Test func weightsAloneLeaveInputsAsTheyAre() throws {
    let run = try layer.run(.qatInt4)
    let (w, g) = (w, Table(layer.g))
    let y = Table.forward(Table(layer.x), w.table)
    let dw = masked(Table.weightGradient(g, Table(layer.x)), w)
    #expect(excess(run.output, over: y, roundings: roundings(depth: k)) <= 1)
    let dx = Table.inputGradient(g, w.table)
    #expect(excess(run.dx, over: dx, roundings: roundings(depth: n)) <= 1)
    #expect(excess(run.dw, over: dw, roundings: roundings(depth: m)) <= 1)
    #expect(run.savedBytes == 4 * m * k + weightBytes + 8 * w.isCut.count { $0 })
  }

  /// What is trained is what is deployed: the same codes, and the same product of them.
  @Test func convertingChangesNoBit() throws {
    for layer in [layer, Layer(33, 17, 65), Layer(64, 48, 512)] {
      // By torchao's rules, as the recipes are.
      let weight = try Int4Weight(quantizing: layer.w, method: .absoluteMaximum)
      let inputs = try TokenCodes(quantizing: layer.x, method: .range)
      #expect(try layer.run(.qat8da4w).output == linear(inputs, weight))
      #expect(try layer.run(.qatInt4).output == linear(layer.x, weight))
      #expect(try layer.run(.qat8da4w).output == linear(inputs, weight.tiled()))
    }
  }

  /// Rounding decides, so 7.3 of 7 passes and 7.6 does not; for trained steps neither does.
  @Test func masksFollowTheRoundedCode() throws {
    let steps: [Float] = [-9, -8.6, -8.4, -8, -7, 0, 6, 7, 7.3, 7.6, 8]
    let values = try Matrix(Shape(1, steps.count), steps)
    let type = try #require(QuantizedType(name: "int4-tensor"))
    let codes = try AnyQuantized(
      quantizing: values, as: type, with: QuantizationParameters(scales: [1]))
    #expect(codes.codes == [-8, -8, -8, -8, -7, 0, 6, 7, 7, 7, 7])
    #expect(
      codes.clippedPlaces(of: values, beforeRounding: false, on: .threads(1)) == [0, 1, 9, 10])
    #expect(
      codes.clippedPlaces(of: values, beforeRounding: true, on: .threads(1)) == [0, 1, 2, 8, 9, 10])
  }

  /// The scale is the largest magnitude's / 7.5, so its code is 8 or −8: the first is cut.
  @Test func theLargestWeightOfAGroupHasNoGradientIfPositive() throws {
    let values: [Float] = [7.5, 7.3, 7, 6, -7, -7.5, 0, 1]
    let w = try Matrix(Shape(1, 8), values)
    let run = try LinearRun(
      .qatInt4, Matrix(rows: 1, columns: 8) { _, _ in 1 }, w, .single(1))
    #expect(run.dw.values.array == [0, 1, 1, 1, 1, 1, 1, 1])
    #expect(run.dx.values.array == [7, 7, 7, 6, -7, -8, 0, 1])
  }
}
