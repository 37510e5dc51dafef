public import AffineQuant

extension NoiseSwitch {
  /// Whether a step, counted from 0, ends with a check.
  public func checks(at step: Int) -> Bool { step % settings.interval == settings.interval - 1 }

  /// Takes a step's gradient in and, where a check is due, decides.
  ///
  /// A gradient that is zero or not finite, or that quantizing does not change, decides nothing. One of
  /// another shape starts the average anew.
  ///
  /// - Parameters:
  ///   - gradient: Of one and the same tensor every time, before it is quantized.
  ///   - step: Of training, counted from 0.
  ///   - execution: Threads; the result does not depend on them.
  ///   - quantize: The gradient with so many bits, as its product sees it; called at a check only.
  /// - Returns: The switch, if there was one.
  /// - Throws: What `quantize` throws; nothing but the average has changed then.
  @discardableResult
  public mutating func observe<Failure: Error>(
    _ gradient: Matrix<Float>, at step: Int, on execution: Execution = .standard,
    quantize: (_ bits: Int) throws(Failure) -> Matrix<Float>
  ) throws(Failure) -> Switch? {
    let norm = gradient.norm(on: execution)
    guard norm > 0, norm.isFinite else { return nil }
    let average = averaged(gradient, execution)
    self.average = average
    guard checks(at: step) else { return nil }
    let signal = average.norm(on: execution)
    let ratio = gradient.ratio(signal, try quantize(bits), execution)
    // What the next lower precision would do to the same gradient.
    let below = level > 0 ? gradient.ratio(signal, try quantize(ladder[level - 1]), execution) : nil
    return decide(ratio, below, step)
  }

  private func averaged(_ gradient: Matrix<Float>, _ execution: Execution) -> Matrix<Float> {
    guard let average, average.shape == gradient.shape else { return gradient }
    let (kept, new) = (settings.averaging, 1 - settings.averaging)
    return Matrix(gradient.shape, on: execution) { row, output in
      let (old, values) = (average.row(row), gradient.row(row))
      for column in values.indices { output[column] = kept * old[column] + new * values[column] }
    }
  }

  private mutating func decide(_ ratio: Double?, _ below: Double?, _ step: Int) -> Switch? {
    guard let ratio else { return nil }
    rising = ratio < settings.raiseBelow ? rising + 1 : 0
    falling = (below ?? 0) > settings.lowerAbove ? falling + 1 : 0
    if let last = log.last, step &- last.step < settings.distance { return nil }
    if rising >= settings.checks, level + 1 < ladder.count {
      return move(to: level + 1, ratio, step)
    }
    if falling >= settings.checks, level > 0, let below { return move(to: level - 1, below, step) }
    return nil
  }

  private mutating func move(to next: Int, _ ratio: Double, _ step: Int) -> Switch {
    let change = Switch(
      step: step, role: role, ratio: ratio, from: ladder[level], to: ladder[next])
    (level, rising, falling) = (next, 0, 0)
    log.append(change)
    return change
  }
}

extension Matrix<Float> {
  fileprivate func norm(on execution: Execution) -> Double {
    rowNorms(on: execution).reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Signal over the error of quantizing this matrix; `nil` where either cannot be measured.
  fileprivate func ratio(
    _ signal: Double, _ quantized: Matrix<Float>, _ execution: Execution
  ) -> Double? {
    guard quantized.shape == shape else { return nil }
    let error = Matrix(shape, on: execution) { row, output in
      let (values, quantized) = (self.row(row), quantized.row(row))
      for column in values.indices { output[column] = quantized[column] - values[column] }
    }
    let noise = error.norm(on: execution)
    guard noise > 0, noise.isFinite, signal.isFinite else { return nil }
    return signal / noise
  }
}
