import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct LLMInt8Tests {
  /// 6 of 512 columns of 20 to 60 times the size of the others.
  private let outliers = [17, 100, 200, 333, 400, 511]
  private var layer: Layer {
    let large = Layer(96, 64, 512, seed: 21)
    return large.replacing(
      input: large.x.map { _, column, value in
        outliers.firstIndex(of: column).map { Float(20 + 8 * $0) * value } ?? value
      })
  }

  private func recipe(_ threshold: Float?) -> Recipe {
    Recipe.llmInt8.with { $0.outlierThreshold = threshold }
  }

  @Test func anInfiniteThresholdIsPlainInt8() throws {
    let plain = try layer.run(.int8MixedPrecision)
    for threshold in [Float.infinity, nil] {
      let run = try layer.run(recipe(threshold))
      #expect(run.output == plain.output && run.dw == plain.dw)
    }
  }

  @Test func aTinyThresholdIsFloat() throws {
    let (run, exact) = (
      try layer.run(recipe(.leastNonzeroMagnitude)), try layer.run(.float32)
    )
    #expect(Numbers.relativeError(run.output, exact.output) <= 1e-6)
    #expect(Numbers.relativeError(run.dw, exact.dw) <= 1e-6)
  }

  @Test func plantedColumnsAreFoundAndMultipliedInFloat() throws {
    #expect(OutlierColumns(in: layer.x, threshold: 6).columns == outliers)
    let exact = try layer.run(.float32).output
    let (whole, plain) = (
      Numbers.relativeError(try layer.run(.llmInt8).output, exact),
      Numbers.relativeError(try layer.run(recipe(nil)).output, exact)
    )
    print("llm-int8 with 6 outlier columns: \(whole), without the decomposition \(plain)")
    #expect(whole <= 0.004)
    #expect(plain >= 0.03)
  }

  /// Codes of what is left, whose scales do not see the outliers, and the float product of the rest.
  @Test func productsAreThoseOfBothParts() throws {
    let run = try layer.run(.llmInt8)
    let isOutlier = Set(outliers)
    let rest = layer.x.map { isOutlier.contains($1) ? 0 : $2 }
    let large = Table(layer.x).map { isOutlier.contains($1) ? $2 : 0 }
    let w = Coded.symmetric(layer.w, .row).table
    let y =
      Table.forward(Coded.symmetric(rest, .row).table, w) + Table.forward(large, Table(layer.w))
    #expect(excess(run.output, over: y, roundings: roundings(depth: 6)) <= 1)
    // As in bitsandbytes: the values that int8 stands for.
    let dx = Table.inputGradient(Table(layer.g), w)
    #expect(excess(run.dx, over: dx, roundings: roundings(depth: 64)) <= 1)
    let dw =
      Table.weightGradient(
        Coded.symmetric(layer.g, .column).table, Coded.symmetric(rest, .column).table)
      + Table.weightGradient(Table(layer.g), large)
    #expect(excess(run.dw, over: dw, roundings: roundings(depth: 96)) <= 1)
    #expect(run.savedBytes == 4 * 96 * 512 + 64 * 512 + 4 * 64)
  }
}
