internal import AffineLayers
package import AffineQuant
/// The moments of an optimizer for one matrix.
package struct Moments: Sendable {
  package let shape: Shape
  /// The second is empty where the rule has one alone.
  package internal(set) var first, second: Moment

  /// Moments of zero.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a shape that no matrix has.
  package init(
    _ shape: Shape, first: MomentLayout, second: MomentLayout?
  ) throws(QuantizationError) {
    do { try BlockGrid(shape, Block(rows: 1, columns: Block.whole)).validate() } catch {
      throw .shape(error)
    }
    self.shape = shape
    self.first = Moment(shape, first)
    self.second = Moment(second == nil ? Shape(0, 0) : shape, second ?? .float32)
  }

  /// Moments as a checkpoint has them, of one shape.
  package init(first: Moment, second: Moment?) {
    shape = first.grid.shape
    self.first = first
    self.second = second ?? Moment(Shape(0, 0), .float32)
  }

  /// Bytes of both.
  package var byteCount: Int { first.byteCount + second.byteCount }

  /// Moves parameters and moments. Parameters move by the new moments before these are rounded.
  ///
  /// Moments in bfloat16 and second moments in codes round at random, by the seed and the step.
  ///
  /// - Throws: ``QuantizationError`` of the first row with a new moment that is not finite, unless
  ///   all moments are floats. Other rows, and what is to the left in such a row, may have moved then.
  package mutating func move(
    _ parameters: inout Matrix<Float>, gradient: Matrix<Float>, _ rule: MomentRule,
    seed: UInt64, step: Int, _ execution: Execution
  ) throws(QuantizationError) {
    guard shape.count > 0 else { return }
    let keys = (0..<2).map {
      SplitMix.key(seed: SplitMix.seed(seed, stream: $0), step: UInt64(step))
    }
    if case .adamW(let step) = rule, let group = dynamicGroup {
      try moveDynamic(&parameters, gradient, step, group, key: keys[1], execution)
    } else if first.layout == .float32, second.layout == .float32 {
      moveFloats(&parameters, gradient, rule, execution)
    } else {
      try moveRows(&parameters, gradient, rule, (keys[0], keys[1]), execution)
    }
  }

  /// The group of moments that one kernel moves.
  private var dynamicGroup: Block? {
    guard case .codes(let m) = first.layout, case .roots(let v) = second.layout,
      m.mapping.kind == .codebook(.dynamic8), v.mapping.kind == .codebook(.unsignedFloat8),
      m.block == v.block
    else { return nil }
    return m.block
  }

  /// Lends the memory of both to change it.
  mutating func change(_ body: (_ m: Moment.Memory, _ v: Moment.Memory) -> Void) {
    first.change { m in second.change { v in body(m, v) } }
  }
}
