internal import AffineQuant
internal import AffineKernels

/// One head of one sequence: the products of blocks of its rows with what they see of the sequence.
@safe
struct AttentionHead {
  /// Rows at a time: whole tiles of 6, few enough that little is computed beyond the diagonal of a causal one.
  static let blockRows = 48
  /// The same of pairs: whole tiles of 8 and of 32.
  private static let blockRowsOfPairs = 64
  /// Keys of a panel: what the widest kernel multiplies at once.
  private static let lanes = 32

  let sequence, size: Int
  /// Whether a row sees its sequence up to itself, or all of it.
  let isCausal: Bool
  /// How far neighbouring rows of scores lie apart: whole vectors of every instruction set.
  let stride: Int
  /// What becomes of scores before the softmax.
  let rule: ScoreRule
  /// What products multiply instead of floats.
  private let pairs: AttentionPairs?
  private let product: Kernel<ProductInPlace>
  let weights: Kernel<AttentionWeights>
  let slopes: Kernel<AttentionSlopes>
  private let interleave: Kernel<InterleaveRows>

  init(
    sequence: Int, size: Int, isCausal: Bool, _ rule: ScoreRule?, _ execution: Execution
  ) {
    (self.sequence, self.size, self.isCausal) = (sequence, size, isCausal)
    stride = (sequence + Self.lanes - 1) / Self.lanes * Self.lanes
    self.rule = rule ?? ScoreRule(size: size)
    let pairs = AttentionPairs(execution)
    self.pairs = pairs
    product = pairs?.product ?? AttentionKernels.product.best(on: execution)
    weights = AttentionKernels.weights.best(on: execution)
    slopes = AttentionKernels.slopes.best(on: execution)
    interleave = TransposeKernels.interleave.best(on: execution)
  }

  /// The blocks of rows.
  var blocks: [Range<Int>] {
    Swift.stride(from: 0, to: sequence, by: rowsOfBlock).map {
      $0..<min($0 + rowsOfBlock, sequence)
    }
  }

  private var rowsOfBlock: Int { pairs == nil ? Self.blockRows : Self.blockRowsOfPairs }

  /// How many rows of the sequence some row of a block sees.
  private func seen(by block: Range<Int>) -> Int { isCausal ? block.upperBound : sequence }

  /// What the first row of a block sees, and how much more the next one does.
  func visibility(of block: Range<Int>) -> (count: Int, growth: Int) {
    isCausal ? (block.lowerBound + 1, 1) : (sequence, 0)
  }

  /// Scores of one block.
  var scores: BufferBuilder<Float> { BufferBuilder(count: min(rowsOfBlock, sequence) * stride) }

  /// All rows, to be multiplied from the left, a block at a time.
  func left(_ rows: HeadRows) -> ProductSide {
    pairs?.rows(rows, count: sequence, size: size) ?? ProductSide(rows)
  }

  /// All rows, to be multiplied from the right.
  func right(_ rows: HeadRows) -> ProductSide {
    pairs?.columns(rows, count: sequence, size: size) ?? ProductSide(rows)
  }

  /// What so many values of the contracted axis are to a kernel.
  private func depth(_ count: Int) -> Int {
    pairs == nil ? count : AttentionPairs.words(count)
  }

  /// All rows in panels, `[panel][column][lane]`.
  func panels(_ rows: HeadRows) -> Buffer<Float> {
    let (rows, units) = (left(rows), depth(size))
    let length = Self.lanes * units
    let panels = Buffer<Float>(count: stride * units, zeroed: false) { output in
      for panel in 0..<stride / Self.lanes {
        let first = panel * Self.lanes
        var span = output.part(panel * length..<(panel + 1) * length)
        unsafe TransposeKernels.interleave(
          UnsafeRawPointer(rows.pointer + first * rows.stride).assumingMemoryBound(to: UInt32.self),
          stride: rows.stride, count: min(Self.lanes, sequence - first), lanes: Self.lanes,
          units: units, into: &span, interleave)
      }
    }
    withExtendedLifetime(rows) {}
    return panels
  }

  /// Scores of a block of rows with the rows of panels that it sees.
  func multiply(
    _ rows: ProductSide, _ block: Range<Int>, _ panels: Buffer<Float>,
    into scores: BufferBuilder<Float>
  ) {
    let depth = depth(size)
    for first in Swift.stride(from: 0, to: seen(by: block), by: Self.lanes) {
      var arguments = unsafe ProductInPlace(
        c: aq_product_args(
          rows: block.count, columns: Self.lanes, depth: depth,
          lhs: rows.pointer + block.lowerBound * rows.stride, lhs_row: rows.stride, lhs_depth: 1,
          rhs: panels.pointer + first * depth, rhs_depth: Self.lanes,
          out: scores.memory.pointer + first, out_row: stride, accumulate: false, next: nil))
      product(&arguments)
    }
    withExtendedLifetime((rows, panels)) {}
  }

  /// out[block] = scores · the rows that the block sees.
  func weigh(
    _ scores: BufferBuilder<Float>, _ block: Range<Int>, _ rows: ProductSide,
    into out: HeadRows.Output
  ) {
    let seen = seen(by: block)
    let halves = pairs.map { rounded(scores, block, $0) }
    var arguments = unsafe ProductInPlace(
      c: aq_product_args(
        rows: block.count, columns: size, depth: depth(seen),
        lhs: halves?.memory.pointer ?? scores.memory.pointer, lhs_row: depth(stride),
        lhs_depth: 1, rhs: rows.pointer, rhs_depth: rows.stride,
        out: out.pointer + block.lowerBound * out.stride, out_row: out.stride, accumulate: false,
        next: nil))
    product(&arguments)
    withExtendedLifetime((rows, halves)) {}
  }

  /// Scores as pairs of neighbouring columns.
  private func rounded(
    _ scores: BufferBuilder<Float>, _ block: Range<Int>, _ pairs: AttentionPairs
  ) -> BufferBuilder<Float> {
    let (seen, words) = (seen(by: block), depth(stride))
    let rounded = BufferBuilder<Float>(count: block.count * words)
    for row in 0..<block.count {
      let start = unsafe scores.memory.pointer + row * stride
      // The other half of the last pair.
      if seen % 2 == 1 { unsafe start[seen] = 0 }
      unsafe pairs.round(start, 2 * depth(seen), into: rounded.memory.pointer + row * words)
    }
    return rounded
  }

  /// out += scoresᵀ · the rows of the block, for the rows that the block sees.
  func spread(
    _ scores: BufferBuilder<Float>, _ block: Range<Int>, _ rows: ProductSide,
    into out: HeadRows.Output
  ) {
    let (seen, depth) = (seen(by: block), depth(block.count))
    let paired = pairs.map { pairs in
      let paired = BufferBuilder<Float>(count: depth * seen)
      unsafe pairs.pair(
        scores.memory.pointer, stride, columns: seen, count: block.count,
        into: paired.memory.pointer)
      return paired
    }
    // Blocks are whole pairs, but for the last.
    let start = self.depth(block.lowerBound)
    var arguments = unsafe ProductInPlace(
      c: aq_product_args(
        rows: seen, columns: size, depth: depth,
        lhs: paired?.memory.pointer ?? scores.memory.pointer, lhs_row: 1,
        lhs_depth: paired == nil ? stride : seen, rhs: rows.pointer + start * rows.stride,
        rhs_depth: rows.stride, out: out.pointer, out_row: out.stride, accumulate: true, next: nil))
    product(&arguments)
    withExtendedLifetime((rows, paired)) {}
  }
}
