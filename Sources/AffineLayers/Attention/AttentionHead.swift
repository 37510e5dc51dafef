internal import AffineQuant
internal import AffineKernels

/// One head of one sequence: the products of blocks of its rows with what they see of the sequence.
@safe
struct AttentionHead {
  /// Rows at a time: whole tiles of 6, few enough that little is computed beyond the diagonal of a causal one.
  static let blockRows = 48
  /// Keys of a panel: what the widest kernel multiplies at once.
  private static let lanes = 32

  let sequence, size: Int
  /// Whether a row sees its sequence up to itself, or all of it.
  let isCausal: Bool
  /// How far neighbouring rows of scores lie apart: whole vectors of every instruction set.
  let stride: Int
  /// What becomes of scores before the softmax.
  let rule: ScoreRule
  private let product: Kernel<ProductInPlace>
  private let weights: Kernel<AttentionWeights>
  private let slopes: Kernel<AttentionSlopes>
  private let interleave: Kernel<InterleaveRows>

  init(
    sequence: Int, size: Int, isCausal: Bool, _ rule: ScoreRule?, _ execution: Execution
  ) {
    (self.sequence, self.size, self.isCausal) = (sequence, size, isCausal)
    stride = (sequence + Self.lanes - 1) / Self.lanes * Self.lanes
    self.rule = rule ?? ScoreRule(size: size)
    product = AttentionKernels.product.best(on: execution)
    weights = AttentionKernels.weights.best(on: execution)
    slopes = AttentionKernels.slopes.best(on: execution)
    interleave = TransposeKernels.interleave.best(on: execution)
  }

  /// The blocks of rows.
  var blocks: [Range<Int>] {
    Swift.stride(from: 0, to: sequence, by: Self.blockRows).map {
      $0..<min($0 + Self.blockRows, sequence)
    }
  }

  /// How many rows of the sequence some row of a block sees.
  private func seen(by block: Range<Int>) -> Int { isCausal ? block.upperBound : sequence }

  /// What the first row of a block sees, and how much more the next one does.
  private func visibility(of block: Range<Int>) -> (count: Int, growth: Int) {
    isCausal ? (block.lowerBound + 1, 1) : (sequence, 0)
  }

  /// Scores of one block.
  var scores: BufferBuilder<Float> { BufferBuilder(count: min(Self.blockRows, sequence) * stride) }

  /// All rows in panels, `[panel][column][lane]`.
  func panels(_ rows: HeadRows) -> Buffer<Float> {
    let length = Self.lanes * size
    return Buffer(count: stride * size, zeroed: false) { output in
      for panel in 0..<stride / Self.lanes {
        let first = panel * Self.lanes
        var span = output.part(panel * length..<(panel + 1) * length)
        unsafe TransposeKernels.interleave(
          UnsafeRawPointer(rows.pointer + first * rows.stride).assumingMemoryBound(to: UInt32.self),
          stride: rows.stride, count: min(Self.lanes, sequence - first), lanes: Self.lanes,
          units: size, into: &span, interleave)
      }
    }
  }

  /// Scores of a block of rows with the rows of panels that it sees.
  func multiply(
    _ rows: HeadRows, _ block: Range<Int>, _ panels: Buffer<Float>,
    into scores: BufferBuilder<Float>
  ) {
    for first in Swift.stride(from: 0, to: seen(by: block), by: Self.lanes) {
      var arguments = unsafe ProductInPlace(
        c: aq_product_args(
          rows: block.count, columns: Self.lanes, depth: size,
          lhs: rows.pointer + block.lowerBound * rows.stride, lhs_row: rows.stride, lhs_depth: 1,
          rhs: panels.pointer + first * size, rhs_depth: Self.lanes,
          out: scores.memory.pointer + first, out_row: stride, accumulate: false))
      product(&arguments)
    }
    withExtendedLifetime(panels) {}
  }

  /// out[block] = scores · the rows that the block sees.
  func weigh(
    _ scores: BufferBuilder<Float>, _ block: Range<Int>, _ rows: HeadRows, into out: HeadRows.Output
  ) {
    var arguments = unsafe ProductInPlace(
      c: aq_product_args(
        rows: block.count, columns: size, depth: seen(by: block), lhs: scores.memory.pointer,
        lhs_row: stride, lhs_depth: 1, rhs: rows.pointer, rhs_depth: rows.stride,
        out: out.pointer + block.lowerBound * out.stride, out_row: out.stride, accumulate: false))
    product(&arguments)
  }

  /// out += scoresᵀ · the rows of the block, for the rows that the block sees.
  func spread(
    _ scores: BufferBuilder<Float>, _ block: Range<Int>, _ rows: HeadRows, into out: HeadRows.Output
  ) {
    var arguments = unsafe ProductInPlace(
      c: aq_product_args(
        rows: seen(by: block), columns: size, depth: block.count, lhs: scores.memory.pointer,
        lhs_row: 1, lhs_depth: stride, rhs: rows.pointer + block.lowerBound * rows.stride,
        rhs_depth: rows.stride, out: out.pointer, out_row: out.stride, accumulate: true))
    product(&arguments)
  }

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
