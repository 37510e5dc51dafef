internal import AffineQuant

/// A ``TextPass`` that computes nothing of a row before a product or attention reads it: what stands between them
/// runs inside of their regions, in memory of the pass.
///
/// So norms, sums and functions are only noted, in ``PassRows``, until they are needed.
struct FusedPass: TextPass {
  typealias Value = PassRows
  typealias Failure = any Error

  /// Queries, keys and values of the rows of a pass, and what is still to be done to them.
  struct Heads {
    var areNormalized = false
    var turns: Matrix<Float>?
  }

  let model: DecoderModel
  /// The model's, read often.
  let configuration: DecoderConfiguration
  var caches: [KeyValueCache]
  var counts: [Int]
  let wanted: CachePass.Wanted
  let execution: Execution
  let memory: PassMemory
  let maker: PassRowMaker
  var region: AttentionRegion
  /// The kinds of the caches: one, unless texts have theirs in several formats.
  let pages: [CachePage]
  let rotateKernel: Kernel<RotateRow>
  /// The heads of a row and a number for each, for each worker.
  let headScratch: WorkerMemory<Float>
  private var turns: [(rule: RotaryRule, turns: Matrix<Float>)] = []
  private var positions: [Int] = []

  /// Takes the most rows of a piece, and memory for as long as the pass lasts.
  init(
    _ model: DecoderModel, _ caches: consuming [KeyValueCache], counts: [Int], rows: Int,
    _ wanted: CachePass.Wanted, _ workspace: Workspace, _ execution: Execution
  ) {
    precondition(model.part == nil, "a part of a model")
    var execution = execution
    if model.activations.precision != .float32 { execution.precision = model.activations.precision }
    let configuration = model.configuration
    self.model = model
    self.configuration = configuration
    self.caches = caches
    self.counts = counts
    self.wanted = wanted
    self.execution = execution
    let memory = PassMemory(configuration, rows: rows, workspace)
    self.memory = memory
    maker = PassRowMaker(memory.widths, execution, workspace)
    let pages = CachePage.kinds(self.caches.lazy.compactMap { $0.layers.first?.page })
    guard let page = pages.first else { preconditionFailure("no cache") }
    precondition(
      pages.allSatisfy {
        $0.heads == configuration.keyValueHeads && $0.size == configuration.headSize
      } && self.caches.allSatisfy { $0.layers.count == configuration.blocks.count },
      "a cache of \(page.heads) heads of \(page.size), made for another model")
    self.pages = pages
    region = AttentionRegion(heads: configuration.heads, page, execution)
    rotateKernel = RowKernels.rotate.best(on: execution)
    let heads = configuration.heads + configuration.keyValueHeads
    headScratch = workspace.take(
      heads * (configuration.headSize + 1), workers: execution.threads)
  }

  mutating func embed(_ tokens: [Int]) throws -> PassRows {
    positions.removeAll(keepingCapacity: true)
    for (text, count) in counts.enumerated() {
      for place in 0..<count { positions.append(caches[text].count + place) }
    }
    turns.removeAll(keepingCapacity: true)
    maker.pending = nil
    return value(of: try model.embedding.rows(tokens, execution))
  }

  func places(of tokens: [Int]) -> PassRows {
    guard let table = model.positions else { preconditionFailure("there are no trained places") }
    let rows = Embedding.gather(table, rows: positions, on: execution)
    fill(.branch, rows)
    return PassRows(place: .branch, rows: 0..<tokens.count)
  }

  func scale(_ x: PassRows, by factor: Float) -> PassRows {
    value(of: Elementwise.scale(matrix(of: x), by: factor, on: execution))
  }

  func cap(_ x: PassRows, at cap: Float) -> PassRows {
    var x = x
    x.logits = x.logits.map { Elementwise.cap($0, at: cap, on: execution) }
    return x
  }

  func norm(_ layer: DecoderLayer, _ x: PassRows) -> PassRows {
    var x = x
    x.change = .norm(layer)
    return x
  }

  func activate(_ x: PassRows, _ function: DecoderConfiguration.Function) -> PassRows {
    var x = x
    x.change = .activation(function)
    return x
  }

  func dropOut(_ y: PassRows) -> PassRows { y }

  func add(_ y: PassRows, to x: inout PassRows) {
    settle(x)
    if y.rows.count < x.rows.count { x = keepLastRows() }
    maker.pending = y
  }

  /// The turns of the tokens by a rule.
  mutating func turns(_ rule: RotaryRule) -> Matrix<Float> {
    if let known = turns.first(where: { $0.rule == rule }) { return known.turns }
    let new = Rotary.turns(positions: positions, rule)
    turns.append((rule, new))
    return new
  }

  /// Moves the last row of each text that has one to the front of the stream.
  private func keepLastRows() -> PassRows {
    let width = memory.widths.stream
    var (kept, end) = (0, 0)
    for count in counts where count > 0 {
      end += count
      // No row lies before the place that it goes to.
      let (from, to) = unsafe (
        memory.stream.pointer + (end - 1) * width, memory.stream.pointer + kept * width
      )
      unsafe to.update(from: from, count: width)
      kept += 1
    }
    return PassRows(place: .stream, rows: 0..<kept)
  }
}
