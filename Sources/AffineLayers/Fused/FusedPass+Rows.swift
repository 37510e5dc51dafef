internal import AffineQuant

extension FusedPass {
  /// Where rows lie, and how wide they are.
  func memory(of place: PassRows.Place) -> (start: DisjointMemory<Float>, width: Int) {
    switch place {
    case .stream: (memory.stream, memory.widths.stream)
    case .branch: (memory.branch, memory.widths.stream)
    case .seen: (memory.seen, memory.widths.seen)
    case .inner: (memory.inner, memory.widths.inner)
    }
  }

  /// Tells the maker what becomes of rows; false where no kernel does it row by row.
  func prepare(_ x: PassRows) -> Bool {
    guard let step = step(x.change) else { return false }
    var addition: PassRowMaker.Addition?
    if x.place == .stream, let pending = maker.pending {
      addition = self.addition(pending)
      guard addition != nil else { return false }
    }
    let (start, width) = memory(of: x.place)
    unsafe maker.set(
      start.pointer, width: width, first: x.rows.lowerBound, step, adding: addition)
    return true
  }

  private func step(_ change: PassRows.Change) -> PassRowMaker.Step? {
    switch change {
    case .none: PassRowMaker.Step.none
    case .norm(let layer): RowNormalizer(norm(layer), maker.normKernel).map { .norm($0) }
    case .activation(let function): maker.function(function)
    case .gate(let function): maker.gate(function)
    }
  }

  /// What is added to rows of the stream; `nil` where no kernel normalizes it row by row.
  private func addition(_ branch: PassRows) -> PassRowMaker.Addition? {
    var normalizer: RowNormalizer?
    if case .norm(let layer) = branch.change {
      normalizer = RowNormalizer(norm(layer), maker.normKernel)
      guard normalizer != nil else { return nil }
    }
    return unsafe PassRowMaker.Addition(
      branch: UnsafePointer(memory.branch.pointer), norm: normalizer)
  }

  func norm(_ layer: DecoderLayer) -> Norm {
    switch layer {
    case .norm: return model.norm
    case .blockNorm(let block, let place):
      if let norm = model.blocks[block].norms[place] { return norm }
    case .embedding, .positions, .linear, .head: break
    }
    preconditionFailure("there is no norm '\(layer.name)'")
  }

  /// Adds to the stream what is still to be added.
  func settle(_ x: PassRows) {
    guard let branch = maker.pending, x.place == .stream else { return }
    maker.pending = nil
    var sum = copy(PassRows(place: .stream, rows: x.rows))
    Elementwise.accumulate(&sum, matrix(of: branch), on: execution)
    fill(.stream, sum)
  }

  /// The rows of a value, as they are when all is done.
  func matrix(of x: PassRows) -> Matrix<Float> {
    if let logits = x.logits { return logits }
    // What no kernel does row by row may be what is added to them.
    if !prepare(x) { settle(x) }
    if prepare(x) {
      if x.place == .stream { maker.pending = nil }
      let width = memory(of: x.place).width
      let columns = if case .gate = x.change { width / 2 } else { width }
      return maker.matrix(Shape(x.rows.count, columns), on: execution)
    }
    let rows = copy(x)
    return switch x.change {
    case .norm(let layer): norm(layer)(rows, on: execution)
    case .activation: Elementwise.tanhGelu(rows, on: execution)
    case .none, .gate: preconditionFailure("rows that no kernel makes")
    }
  }

  func value(of matrix: Matrix<Float>) -> PassRows {
    maker.pending = nil
    fill(.stream, matrix)
    return PassRows(place: .stream, rows: 0..<matrix.shape.rows)
  }

  /// Writes the first rows of a place.
  func fill(_ place: PassRows.Place, _ matrix: Matrix<Float>) {
    let (start, width) = memory(of: place)
    precondition(matrix.shape.columns == width, "\(matrix.shape) for rows of \(width)")
    start.withRange(0..<matrix.shape.count) { $0.copy(matrix.values.span) }
  }

  private func copy(_ x: PassRows) -> Matrix<Float> {
    let (start, width) = memory(of: x.place)
    let range = x.rows.lowerBound * width..<x.rows.upperBound * width
    let values = Buffer<Float>(count: range.count, zeroed: false) { output in
      start.withRange(range) { output.copy($0.span) }
    }
    return Matrix(validated: Shape(x.rows.count, width), values)
  }
}
