internal import AffineQuant

/// Memory for the rows of a pass: every layer writes where those of the block before it wrote.
struct PassMemory {
  /// The residual stream, and what a layer adds to it.
  let stream, branch: DisjointMemory<Float>
  /// Queries, keys and values as the linear layers gave them; queries and keys as they are used.
  let heads, turned: DisjointMemory<Float>
  /// What attention saw.
  let seen: DisjointMemory<Float>
  /// What the first linear layers of the feed-forward part gave.
  let inner: DisjointMemory<Float>
  /// Columns of each.
  let widths: Widths

  struct Widths {
    let stream, heads, turned, seen, inner: Int

    init(_ c: DecoderConfiguration) {
      stream = c.width
      heads = c.queryWidth + 2 * c.keyWidth
      turned = c.queryWidth + c.keyWidth
      seen = c.queryWidth
      inner = c.feedForward * c.feedForwardInputs.count
    }

    /// The widest row that a product reads.
    var most: Int { max(stream, seen, inner) }
    /// Numbers of a row in attention, which has ended when the feed-forward part begins.
    var ofAttention: Int { heads + turned + seen }
    /// Numbers of a row in all places.
    var all: Int { 2 * stream + max(ofAttention, inner) }
  }

  init(_ configuration: DecoderConfiguration, rows: Int, _ workspace: Workspace) {
    widths = Widths(configuration)
    stream = workspace.take(rows * widths.stream)
    branch = workspace.take(rows * widths.stream)
    let (heads, turned) = (rows * widths.heads, rows * widths.turned)
    let ofAttention = rows * widths.ofAttention
    let shared = workspace.take(max(ofAttention, rows * widths.inner), of: Float.self)
    self.heads = shared.part(0..<heads)
    self.turned = shared.part(heads..<heads + turned)
    seen = shared.part(heads + turned..<ofAttention)
    inner = shared.part(0..<rows * widths.inner)
  }
}

extension DecoderConfiguration {
  /// Floats that a pass keeps of a row, besides keys, values and logits.
  package var floatsOfRow: Int { PassMemory.Widths(self).all }
}
