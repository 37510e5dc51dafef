internal import AffineKernels

/// Memory as the system counts it.
package enum ResidentMemory {
  /// The most bytes that this process had in memory at once, its files' pages among them; 0 where the
  /// system does not say.
  package static var peakBytes: Int { Int(aq_peak_resident_bytes()) }
}
