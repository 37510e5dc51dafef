#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Bits of the forward pass that rise from few to many in every cycle, as half a wave of a cosine.
///
/// A pure function of the step, so a run that resumes continues where it was. Gradients keep constant
/// bits.
///
/// Source: Fu et al., "CPT: Efficient Deep Neural Network Training via Cyclic Precision"
/// (arXiv 2101.09868).
public struct CyclicPrecision: Sendable, Hashable {
  /// The bits that a cycle starts and ends with.
  public let bits: ClosedRange<Int>
  /// The bits of gradients.
  public let backwardBits: Int
  /// The steps of one cycle; the last one is cut where the steps are not a multiple of it.
  public let cycle: Int

  /// Divides steps into cycles.
  ///
  /// - Parameters:
  ///   - bits: Of weights and activations, with which a cycle starts and ends: 1 to 32.
  ///   - backwardBits: Of gradients, always: 1 to 32.
  ///   - steps: Of the whole run.
  ///   - cycles: Into how many these are divided: 1 to `steps`.
  /// - Throws: ``PrecisionError``.
  public init(
    bits: ClosedRange<Int> = 3...8, backwardBits: Int = 8, steps: Int, cycles: Int = 32
  ) throws(PrecisionError) {
    for bits in [bits.lowerBound, bits.upperBound, backwardBits] where !(1...32).contains(bits) {
      throw .bits(bits)
    }
    guard cycles >= 1, steps >= cycles else { throw .cycles(cycles, steps: steps) }
    self.bits = bits
    self.backwardBits = backwardBits
    cycle = steps / cycles
  }

  /// The bits of weights and activations at a step, which counts from 0.
  public func bits(at step: Int) -> Int {
    let place = step % cycle < 0 ? step % cycle + cycle : step % cycle
    let phase = Double.pi * Double(place) / Double(cycle)
    let rise = Double(bits.upperBound - bits.lowerBound) / 2 * (1 + cos(phase + .pi))
    return Int((Double(bits.lowerBound) + rise).rounded(.toNearestOrEven))
  }
}

/// A schedule of bits that cannot be.
public enum PrecisionError: Error, Hashable {
  /// Fewer bits than 1, or more than 32.
  case bits(Int)
  /// Fewer than one cycle, or cycles of less than one step.
  case cycles(Int, steps: Int)
  /// Precisions that do not rise, or none.
  case ladder([Int])
  /// A number of a noise switch out of its range.
  case setting(String, Double)
}

extension PrecisionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .bits(let bits): "a code cannot have \(bits) bits"
    case .cycles(let cycles, let steps): "\(steps) steps do not make \(cycles) cycles"
    case .ladder(let bits): "the precisions \(bits) must rise from 1 bit on, and there must be one"
    case .setting(let name, let value): "\(value) is not a value that \(name) can have"
    }
  }
}
