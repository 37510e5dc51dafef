#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension Double {
  /// e to this power.
  var exponential: Double { exp(self) }

  /// The natural logarithm.
  var logarithm: Double { log(self) }

  /// This to a power.
  func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
