import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct SwitchBackTests {
  let layer = Layer()
  private var exact: LinearRun { get throws { try layer.run(.float32) } }
  private let m = 40, n = 23, k = 70

  private var xRows: Table { Coded.symmetric(layer.x, .row).table }
  private var gRows: Table { Coded.symmetric(layer.g, .row).table }

  @Test func scalesAreOneARowAndOneATensor() throws {
    let run = try layer.run(.switchBack)
    let w = Coded.symmetric(layer.w, .all).table
    #expect(excess(run.output, over: Table.forward(xRows, w), roundings: roundings(slices: 1)) <= 1)
    #expect(
      excess(run.dx, over: Table.inputGradient(gRows, w), roundings: roundings(slices: 1)) <= 1)
    #expect(run.dw == (try exact.dw))
    #expect(run.savedBytes == 4 * m * k)
  }

  /// The weight's scales are those of rows forward and of columns backward.
  @Test func vectorwiseScalesFollowTheProduct() throws {
    let run = try layer.run(.switchBackQ)
    let forward = Table.forward(xRows, Coded.symmetric(layer.w, .row).table)
    let backward = Table.inputGradient(gRows, Coded.symmetric(layer.w, .column).table)
    #expect(excess(run.output, over: forward, roundings: roundings(slices: 1)) <= 1)
    #expect(excess(run.dx, over: backward, roundings: roundings(slices: 1)) <= 1)
    #expect(run.dw == (try exact.dw))
    #expect(run.savedBytes == 4 * m * k)
    let mixed = try layer.run(.int8MixedPrecision)
    #expect(run.output == mixed.output && run.dx == mixed.dx && run.dw != mixed.dw)
  }

  /// Only codes are kept: one scale a row of inputs, one for the weight.
  @Test func memorySavingKeepsCodesAlone() throws {
    let (run, plain) = (try layer.run(.switchBackM), try layer.run(.switchBack))
    #expect(run.output == plain.output && run.dx == plain.dx)
    let dw = Table.weightGradient(Table(layer.g), xRows)
    #expect(excess(run.dw, over: dw, roundings: roundings(depth: m)) <= 1)
    #expect(run.dw != (try exact.dw))
    #expect(run.savedBytes == m * k + n * k + 4 * m + 4)
  }

  /// One large weight spoils a scale that all share, and none that rows and columns have.
  @Test func oneScaleForAllIsFragile() throws {
    let large = Layer.large
    let w = large.w.map { row, column, value in row == 3 && column == 5 ? 100 * value : value }
    let spoilt = large.replacing(weight: w)
    let exact = try spoilt.run(.float32).output
    let (one, many) = (
      Numbers.relativeError(try spoilt.run(.switchBack).output, exact),
      Numbers.relativeError(try spoilt.run(.switchBackQ).output, exact)
    )
    print("switchback with a weight of 100 times its size: \(one), with a scale a row \(many)")
    #expect(one >= 5 * many)
  }
}
