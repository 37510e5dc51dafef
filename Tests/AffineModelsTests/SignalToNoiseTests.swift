import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

@Suite struct SignalToNoiseTests {
  @Test func isTheRatioOfPowers() throws {
    let signal = try Matrix<Float>(Shape(1, 2), [3, 4])
    #expect(signalToNoise(signal, signal) == .infinity)
    // 25 to 0.25: 20 dB.
    let near = try Matrix<Float>(Shape(1, 2), [3, 4.5])
    #expect(abs(signalToNoise(signal, near) - 20) < 1e-9)
  }

  /// Every bit halves the step, so it adds about 6 dB.
  @Test func everyBitAddsSixDecibels() throws {
    let weight = Samples.matrix(64, 256)
    var last = 0.0
    for bits in 3...8 {
      let type = try #require(QuantizedType(name: "int\(bits)-group32"))
      let quantized = try AnyQuantized(quantizing: weight, as: type)
      let cost = try QuantizationCost(
        name: "w", weight: weight, quantized: quantized, bytesBefore: 64 * 256 * 4)
      #expect(cost.bytesAfter == type.byteCount(of: weight.shape))
      if bits > 3 { #expect((5...7.5).contains(cost.weightSignalToNoise - last)) }
      last = cost.weightSignalToNoise
      // The output's ratio is the weight's, within the scatter of the rows.
      #expect(abs(cost.outputSignalToNoise - cost.weightSignalToNoise) < 3)
    }
  }
}
