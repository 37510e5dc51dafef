internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// A result of which only the input is saved: the backward pass computes all between the two again,
  /// with the same random numbers.
  ///
  /// - Parameters:
  ///   - x: What is saved.
  ///   - parameters: What else gets a gradient.
  ///   - fetch: Gives the values of the parameters, each time that they are computed with, where variables do
  ///     not hold them.
  ///   - body: Gives the result of `x` and the parameters, as they are on the tape that it gets.
  /// - Returns: The result.
  /// - Throws: What `body` throws.
  func recomputed(
    _ x: Variable, _ parameters: [Variable],
    fetching fetch: (() throws(TrainingError) -> [StoredMatrix])? = nil,
    _ body: @escaping (Tape, _ x: Variable, [Variable]) throws(TrainingError) -> Variable
  ) throws(TrainingError) -> Variable {
    let start = noise.position
    // Constants leave no record.
    let given = try fetch?() ?? parameters.map(\.value)
    let result = try body(self, Variable(x.value), given.map { Variable($0) })
    let wantsInput = x.node != nil
    let (kept, areTrained) = (parameters.map(\.value), parameters.map { $0.node != nil })
    return record(result.value, from: [x] + parameters, saving: [x.value]) {
      [unowned self] gradient, saved throws(TrainingError) in
      let part = Tape(recomputingPartOf: self)
      let input = wantsInput ? part.input(saved[0]) : Variable(saved[0])
      let parameters = zip(try fetch?() ?? kept, areTrained).map { value, isTrained in
        isTrained ? part.input(value) : Variable(value)
      }
      let root = try self.noise.replaying(from: start) { () throws(TrainingError) in
        try body(part, input, parameters)
      }
      // Gradients stay in codes where layers exchange codes.
      var gathered: [Int: StoredMatrix] = [:]
      try part.gradients(of: root, gradient) { node, gradient in gathered[node] = gradient }
      self.peakSavedBytes = max(self.peakSavedBytes, self.savedBytes + part.peakSavedBytes)
      return ([input] + parameters).map { $0.node.flatMap { gathered[$0] } }
    }
  }
}
