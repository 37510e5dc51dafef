public import AffineQuant

/// Gives each value the nearest code, under the type's own rule for its parameters; needs no inputs.
public struct RoundToNearest: QuantizationMethod {
  public let name = "rtn"
  public let needsInputs = false

  /// There is nothing to choose.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    QuantizedGroup(
      try group.members.map { member throws(CalibrationError) in
        try member.roundedToNearest(on: execution)
      })
  }
}
