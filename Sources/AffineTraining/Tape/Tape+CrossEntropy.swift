internal import AffineLayers
public import AffineQuant

extension Tape {
  /// Values of a head in codes that are floats at a time.
  private static let sliceOfHead = 1 << 22

  /// The mean negative log-likelihood of targets under the logits `x · Wᵀ`; rows with target −1 do not count.
  ///
  /// Logits become a part of the loss and of its gradients a slice of rows at a time, in the forward pass, as in Liger
  /// kernels (Hsu et al., arXiv 2410.10989), so that no matrix of tokens × vocabulary is held.
  ///
  /// - Parameters:
  ///   - states: `m × k`.
  ///   - head: `n × k`, values, or codes that nobody trains.
  ///   - cap: Logits end at `cap · tanh(logit / cap)`.
  ///   - targets: A row of `head` for each row of `states`, or −1.
  ///   - precision: What products of floats are multiplied as.
  ///   - slice: Logits that are held at once, but one row at least: 64 MB, and what becomes of them.
  /// - Returns: The mean, and it as a 1 × 1 matrix on the tape.
  /// - Throws: ``TrainingError/shape(tensor:_:)``: targets that are no rows of the head, or not one a row.
  public func crossEntropy(
    _ states: Variable, head: Variable, cap: Float? = nil, targets: [Int],
    precision: Precision = .float32, slice: Int = 1 << 24
  ) throws(TrainingError) -> (mean: Double, variable: Variable) {
    let (name, vocabulary) = ("the loss", head.shape.rows)
    try check(
      targets.count == states.shape.rows, name,
      .wrongCount(of: "targets", expected: states.shape.rows, found: targets.count))
    try checkEqual(Shape(1, states.shape.columns), Shape(1, head.shape.columns), name)
    try checkRows(targets, -1..<vocabulary, name)
    let rows = targets.indices.filter { targets[$0] >= 0 }
    let input = states.value.floats(on: execution)
    var sums = HeadSums(
      head: head.value, cap: cap, share: 1 / Float(max(rows.count, 1)), precision: precision,
      execution: execution, wantsInput: isTraining && states.node != nil,
      wantsHead: isTraining && head.node != nil)
    let most = max(slice / max(vocabulary, 1), 1)
    for first in stride(from: 0, to: rows.count, by: most) {
      let part = Array(rows[first..<min(first + most, rows.count)])
      let isAll = part.count == targets.count
      let chosen = isAll ? input : Embedding.gather(input, rows: part, on: execution)
      try named(name) { () throws(QuantizationError) in
        try sums.add(chosen, targets: part.map { targets[$0] })
      }
    }
    let mean = sums.loss / Double(max(rows.count, 1))
    let (ofInput, ofHead) = sums.gradients(input.shape, rows)
    let execution = execution
    func scaled(_ matrix: Matrix<Float>, _ factor: Float) -> StoredMatrix {
      .float32(factor == 1 ? matrix : Elementwise.scale(matrix, by: factor, on: execution))
    }
    let variable = record(
      .float32(.scalar(Float(mean))), from: [states, head],
      saving: ofInput.map { [.float32($0)] } ?? []
    ) { gradient, saved in
      let factor = gradient.floats()[0, 0]
      return [
        saved.first.map { scaled($0.floats(), factor) }, ofHead.map { scaled($0, factor) },
      ]
    }
    return (mean, variable)
  }

  /// What slices of rows add up to.
  private struct HeadSums {
    let head: StoredMatrix
    let cap: Float?
    let share: Float
    let precision: Precision
    let execution: Execution
    let wantsInput, wantsHead: Bool
    var loss = 0.0
    var ofHead: Matrix<Float>?
    /// Slice after slice.
    var ofInput: [Matrix<Float>] = []

    mutating func add(_ input: Matrix<Float>, targets: [Int]) throws(QuantizationError) {
      var logits = try product(.linear, .float(.float32(input)), head.operand)
      if let cap { logits = Elementwise.cap(logits, at: cap, on: execution) }
      guard wantsInput || wantsHead else {
        loss += Softmax.losses(logits, targets: targets, on: execution).reduce(0, +)
        return
      }
      var (sum, gradient) = Softmax.crossEntropy(
        logits, targets: targets, share: share, on: execution)
      if let cap {
        gradient = Elementwise.capGradient(logits, at: cap, gradient, on: execution)
      }
      logits = Matrix(rows: 0, columns: 0) { _, _ in 0 }
      loss += sum
      if wantsInput { ofInput.append(try inputGradient(gradient)) }
      guard wantsHead else { return }
      if ofHead == nil {
        ofHead = try product(
          .weightGradient, .float(.float32(gradient)), .float(.float32(input)))
      } else if var sum = ofHead {
        // So that the sum has no other owner.
        ofHead = nil
        ProductSum.add(gradient, input, to: &sum, on: execution)
        ofHead = sum
      }
    }

    private func inputGradient(
      _ gradient: Matrix<Float>
    ) throws(QuantizationError) -> Matrix<Float> {
      guard case .codes(let codes) = head else {
        return try product(.inputGradient, .float(.float32(gradient)), head.operand)
      }
      let rows = max(Tape.sliceOfHead / max(head.shape.columns, 1), 1)
      var sum: Matrix<Float>?
      for first in stride(from: 0, to: head.shape.rows, by: rows) {
        let part = first..<min(first + rows, head.shape.rows)
        let values: Matrix<Float>
        do { values = try codes.rows(part).dequantized(on: execution) } catch {
          throw .shape(error)
        }
        let next = try product(
          .inputGradient, .float(.float32(ProductSum.columns(part, of: gradient))),
          .float(.float32(values)))
        guard var total = sum else {
          sum = next
          continue
        }
        sum = nil
        Elementwise.accumulate(&total, next, on: execution)
        sum = total
      }
      return sum ?? Matrix(rows: gradient.shape.rows, columns: head.shape.columns) { _, _ in 0 }
    }

    private func product(
      _ operation: MatrixOperation, _ left: ErasedOperand, _ right: ErasedOperand
    ) throws(QuantizationError) -> Matrix<Float> {
      var recipe = Recipe.float32
      recipe.precision = precision
      return try LinearProducts(
        recipe: recipe, noise: Noise(seed: 0, step: 0), execution: execution
      ).product(operation, left, right)
    }

    /// The sums, rows that do not count with a gradient of zero.
    func gradients(
      _ shape: Shape, _ rows: [Int]
    ) -> (input: Matrix<Float>?, head: Matrix<Float>?) {
      let zeros = { (shape: Shape) in
        Matrix<Float>(rows: shape.rows, columns: shape.columns) { _, _ in 0 }
      }
      let head = wantsHead ? ofHead ?? zeros(self.head.shape) : nil
      guard wantsInput else { return (nil, head) }
      if ofInput.count == 1, rows.count == shape.rows { return (ofInput[0], head) }
      let values = BufferBuilder<Float>(count: shape.count, zeroed: true)
      var place = 0
      for part in ofInput {
        let source = part.values.span
        for row in 0..<part.shape.rows {
          let to = rows[place] * shape.columns
          values.memory.withRange(to..<to + shape.columns) { output in
            for column in 0..<shape.columns {
              output[column] = source[row * shape.columns + column]
            }
          }
          place += 1
        }
      }
      return (Matrix(validated: shape, values.buffer), head)
    }
  }
}
