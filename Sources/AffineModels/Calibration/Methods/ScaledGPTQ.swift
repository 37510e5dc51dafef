public import AffineQuant

/// Divides inputs by factors as AWQ or SmoothQuant do, and then chooses codes as GPTQ does, with scales
/// that are looked for: the closest of the methods, and the one that needs most inputs.
///
/// What factors spread evenly, GPTQ has less to make up for. Its scales are those that lose least of the
/// values of a block, each counted by the energy of its input, when the block's turn comes. Damping is
/// larger than GPTQ's own, since inputs that were not seen must not lose by those that were.
///
/// Sources: those of ``GPTQ``, ``AWQ`` and ``SmoothQuant``.
public struct ScaledGPTQ: QuantizationMethod {
  /// What inputs are divided by.
  public enum Factors: Sendable, Hashable {
    /// The root mean square of each column to this power: for weights of few bits.
    case energy(power: Double)
    /// As ``SmoothQuant`` with this α: for inputs that are quantized too.
    case smooth(alpha: Double)
  }

  public let name = "scaled-gptq"
  public let needsInputs = true
  /// What inputs are divided by, where something can divide them.
  public var factors = Factors.energy(power: 0.4)
  /// What is added to the diagonal of the products, in parts of its mean.
  public var damping = 0.2

  /// The least root mean square, in parts of the mean one.
  private static let floor = 1e-3

  /// Starts with the numbers that were best for an encoder of texts.
  public init(factors: Factors = .energy(power: 0.4)) { self.factors = factors }

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    var method = GPTQ()
    method.damping = damping
    method.searchesScales = true
    let inputs = try group.requireInputs(name)
    guard group.takesFactors, let factors = try factors(group, inputs, execution) else {
      return try method.quantize(group, on: execution)
    }
    let members = group.members.map { member in
      LayerGroup.Member(
        member.name, Elementwise.scaleColumns(member.weight, by: factors, on: execution),
        as: member.type)
    }
    let divided = try LayerGroup(members, inputs: inputs.dividing(by: factors, on: execution))
    return QuantizedGroup(try method.quantize(divided, on: execution).weights, factors: factors)
  }

  private func factors(
    _ group: LayerGroup, _ inputs: InputStatistics, _ execution: Execution
  ) throws(CalibrationError) -> [Float]? {
    switch factors {
    case .smooth(let alpha):
      var method = SmoothQuant()
      method.alpha = alpha
      return try method.factors(group, on: execution)
    case .energy(let power):
      guard (0...1).contains(power) else {
        throw .setting(method: name, name: "power", value: power)
      }
      let energies = (0..<inputs.columns).map { Double(inputs.products[$0, $0]) }
      let mean = energies.reduce(0, +) / Double(energies.count)
      guard mean > 0 else { return nil }
      return energies.map { energy in
        let root = max((energy / mean).squareRoot(), Self.floor)
        return Float(FloatFunctions.power(root, power))
      }
    }
  }
}
