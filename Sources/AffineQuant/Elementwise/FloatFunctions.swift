#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Functions of one float, of additions, multiplications and divisions alone, each rounded: every
/// instruction set gives the same bits.
package enum FloatFunctions {
  /// e^x for x up to 88, within 2 ulp; 0 below -87, where it is not far from the smallest normal
  /// number.
  @inline(__always)
  package static func exponential(_ x: Float) -> Float {
    scaledExponential(x, remainder: 0)
  }

  /// e^(x + remainder) for a remainder that is small beside x.
  ///
  /// 2^n · e^r with |r| <= ln 2 / 2; ln 2 is split so that its product with n is exact.
  @inline(__always)
  private static func scaledExponential(_ x: Float, remainder: Float) -> Float {
    let shifted = x * 1.442695 + 0x1.8p23
    let n = shifted - 0x1.8p23
    let r = ((x - n * 0.693359375) - n * -2.1219444e-4) + remainder
    var p: Float = 0.0013814445
    p = p * r + 0.008368779
    p = p * r + 0.041668393
    p = p * r + 0.1666652
    p = p * r + 0.49999994
    p = p * (r * r) + r + 1
    let scale = Float(bitPattern: (shifted.bitPattern << 23) &+ 0x3f80_0000)
    return x < -87 ? 0 : p * scale
  }

  /// e^(-x²/2) and Φ(x), the distribution of the normal law, both within 12 ulp, and x limited to
  /// what they depend on.
  ///
  /// Φ(-t) = e^(-t²/2) · R(t), and R(t) · (t + 3.5) is nearly a polynomial of
  /// (t - 3.5) / (t + 3.5), as Shepherd and Laframboise (1981) found.
  @inline(__always)
  package static func normal(_ x: Float) -> (density: Float, distribution: Float, limited: Float) {
    let t = x.magnitude > 15 ? 15 : x.magnitude
    // The square in two parts: its rounding would be large beside 1.
    let high = Float(bitPattern: t.bitPattern & 0xffff_f000)
    let low = (t - high) * (t + high)
    let e = scaledExponential(-0.5 * (high * high), remainder: -0.5 * low)
    let inverse = 1 / (t + 3.5)
    let u = (t - 3.5) * inverse
    // In pairs of pairs: a chain of nine steps would leave the ports idle.
    let (u2, u4) = (u * u, (u * u) * (u * u))
    let low1 = -0.5655618 * u + 0.74441606
    let low2 = -0.11605317 * u + 0.3154251
    let middle1 = 0.0064937272 * u + 0.017405823
    let middle2 = -0.00049504277 * u + -0.0031728335
    let highest = 0.00010869896 * u + 0.00041832973
    let p = (low1 + low2 * u2) + ((middle1 + middle2 * u2) + highest * u4) * u4
    let tail = e * (p * inverse)
    return (e, x < 0 ? tail : 1 - tail, x < 0 ? -t : t)
  }

  /// x · Φ(x), within 13 ulp.
  @inline(__always)
  package static func gelu(_ x: Float) -> Float {
    let law = normal(x)
    return (x < 0 ? law.limited : x) * law.distribution
  }

  /// Φ(x) + x · φ(x).
  @inline(__always)
  package static func geluDerivative(_ x: Float) -> Float {
    let law = normal(x)
    return law.distribution + (law.density * 0.3989423) * law.limited
  }

  /// 1 / (1 + e^-x) and 1 less that, both within 6 ulp, and x limited to what they depend on.
  @inline(__always)
  package static func logistic(_ x: Float) -> (value: Float, rest: Float, limited: Float) {
    let t = x.magnitude > 88 ? 88 : x.magnitude
    let e = exponential(-t)
    let large = 1 / (1 + e)
    let small = e * large
    return x < 0 ? (small, large, -t) : (large, small, t)
  }

  /// x / (1 + e^-x), within 7 ulp.
  @inline(__always)
  package static func silu(_ x: Float) -> Float {
    let law = logistic(x)
    return (x < 0 ? law.limited : x) * law.value
  }

  @inline(__always)
  package static func siluDerivative(_ x: Float) -> Float {
    let law = logistic(x)
    return law.value * (1 + law.limited * law.rest)
  }

  /// √(2 / π), twice.
  package static let tanhGeluSlope: Float = 1.5957691

  /// x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³))), which is x · σ of twice the tanh's argument.
  @inline(__always)
  package static func tanhGelu(_ x: Float) -> Float {
    let law = logistic(tanhGeluSlope * (x + 0.044715 * x * x * x))
    return x * law.value
  }

  package static func logarithm(_ x: Double) -> Double { log(x) }

  package static func exponential(_ x: Double) -> Double { exp(x) }

  package static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }

  package static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

  package static func cosineAndSine(_ x: Double) -> (Double, Double) { (cos(x), sin(x)) }
}
