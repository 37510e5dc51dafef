internal import AffineKernels
internal import AffineQuant

extension AttentionHead {
  /// Scores become weights; returns the largest score of each row, and the sum of the exponentials of
  /// its distances to it.
  func turnIntoWeights(
    _ scores: BufferBuilder<Float>, _ block: Range<Int>
  ) -> [(largest: Float, sum: Float)] {
    let largest = BufferBuilder<Float>(count: block.count)
    let sums = BufferBuilder<Float>(count: block.count)
    let (count, growth) = visibility(of: block)
    prepare(scores, block)
    var arguments = unsafe AttentionWeights(
      c: aq_attentionweights_args(
        rows: block.count, count: count, growth: growth, scale: rule.kernelScale,
        scores: scores.memory.pointer, stride: stride, largest: largest.memory.pointer,
        sums: sums.memory.pointer))
    weights(&arguments)
    return zip(largest.buffer.array, sums.buffer.array).map { ($0, $1) }
  }

  /// Scores become weights again, and the gradients of the weights, in `slopes`, those of the scores.
  func turnIntoSlopes(
    _ scores: BufferBuilder<Float>, _ slopes: BufferBuilder<Float>, _ block: Range<Int>,
    output: HeadRows, gradient: HeadRows, logSums: HeadRows
  ) {
    let start = block.lowerBound * output.stride
    let (count, growth) = visibility(of: block)
    prepare(scores, block)
    let capSlopes = capSlopes(scores, block)
    var arguments = unsafe AttentionSlopes(
      c: aq_attentionslopes_args(
        rows: block.count, count: count, growth: growth, scale: rule.kernelScale,
        scores: scores.memory.pointer, slopes: slopes.memory.pointer, stride: stride,
        output: output.pointer + start,
        gradient: gradient.pointer + start, width: output.stride, size: size,
        log_sums: logSums.pointer + block.lowerBound * logSums.stride,
        log_sums_stride: logSums.stride))
    self.slopes(&arguments)
    for (index, slope) in capSlopes.enumerated() {
      unsafe slopes.memory.pointer[index] *= slope
    }
  }

  /// Caps the scores of a block, and hides what is outside of the window.
  private func prepare(_ scores: BufferBuilder<Float>, _ block: Range<Int>) {
    guard rule.cap != nil || rule.window != nil else { return }
    for (row, token) in block.enumerated() {
      unsafe rule.prepare(
        scores.memory.pointer + row * stride, count: isCausal ? token + 1 : sequence,
        hidden: rule.firstSeen(by: token))
    }
  }

  /// What the gradients of capped scores are multiplied by to be those of products, scales and all; nothing
  /// where scores have no cap.
  private func capSlopes(_ scores: BufferBuilder<Float>, _ block: Range<Int>) -> [Float] {
    guard let cap = rule.cap else { return [] }
    return (0..<block.count * stride).map { index in
      let part = unsafe scores.memory.pointer[index] / cap
      return part.magnitude <= 1 ? (1 - part * part) * rule.scale : 0
    }
  }
}
