public import AffineLayers
internal import AffineQuant

extension Optimizer {
  /// Everything that changes from step to step, by name: `step` and, for each parameter, its name with
  /// `.step`, `.first` and `.second`, in the formats that they are kept in; `.root` where the root of the
  /// second moment is kept.
  ///
  /// Moments have the shape of their parameter. Numbers of steps are floats, 1 × 1, exact up to 2^24.
  /// Parameters that are frozen have nothing.
  public func exportMoments() -> [(name: String, value: StoredMatrix)] {
    var tensors = [(name: Self.stepName, value: Self.scalar(stepCount))]
    for (name, optimizer) in zip(names, optimizers) {
      guard let optimizer else { continue }
      tensors.append(("\(name).\(Self.stepName)", Self.scalar(optimizer.step)))
      tensors.append(("\(name).first", StoredMatrix(optimizer.moments.first)))
      if settings.kind != .sgd {
        let second = optimizer.moments.second
        tensors.append(("\(name).\(second.secondName)", StoredMatrix(second)))
      }
    }
    return tensors
  }

  /// Takes what ``exportMoments()`` gave an optimizer with these settings for these parameters: the
  /// next steps are the same bit for bit. Other tensors are left alone.
  ///
  /// - Throws: ``OptimizerError/missing(_:)`` for what is not there or has another format or shape;
  ///   ``OptimizerError/tensor(_:_:)`` for values that no moment has. Nothing has changed then.
  public mutating func importMoments(
    _ tensors: [(name: String, value: StoredMatrix)]
  ) throws(OptimizerError) {
    let values = Dictionary(tensors.map { ($0.name, $0.value) }) { first, _ in first }
    var restored = self
    restored.restore(stepCount: try Self.scalar(Self.stepName, values))
    for (index, name) in names.enumerated() {
      guard let old = restored.optimizers[index]?.moments else { continue }
      let first = try Self.moment("\(name).first", like: old.first, isSecond: false, values)
      let secondName = "\(name).\(old.second.secondName)"
      var second: Moment?
      if settings.kind != .sgd {
        second = try Self.moment(secondName, like: old.second, isSecond: true, values)
      }
      restored.optimizers[index]?.restore(
        Moments(first: first, second: second),
        step: try Self.scalar("\(name).\(Self.stepName)", values))
    }
    self = restored
  }

  private static let stepName = "step"

  private static func scalar(_ count: Int) -> StoredMatrix {
    .float32(Matrix(rows: 1, columns: 1) { _, _ in Float(count) })
  }

  private static func scalar(
    _ name: String, _ values: [String: StoredMatrix]
  ) throws(OptimizerError) -> Int {
    guard case .float32(let matrix) = values[name], matrix.shape == Shape(1, 1),
      let count = Int(exactly: matrix[0, 0]), (0...1 << 24).contains(count)
    else { throw .missing(name) }
    return count
  }

  private static func moment(
    _ name: String, like old: Moment, isSecond: Bool, _ values: [String: StoredMatrix]
  ) throws(OptimizerError) -> Moment {
    guard let value = values[name], let moment = Moment(value, like: old), moment.isLike(old) else {
      throw .missing(name)
    }
    do { try moment.validate(isSecond: isSecond) } catch { throw .tensor(name, error) }
    return moment
  }
}

extension StoredMatrix {
  fileprivate init(_ moment: Moment) {
    if let floats = moment.float32 {
      self = .float32(floats)
    } else if let halves = moment.bfloat16 {
      self = .bfloat16(halves)
    } else if let codes = moment.quantized {
      self = .codes(codes)
    } else {
      preconditionFailure("a moment in no format")
    }
  }
}

extension Moment {
  /// What a second moment that is kept in this way is called.
  fileprivate var secondName: String { isRoot ? "root" : "second" }

  fileprivate init?(_ value: StoredMatrix, like old: Moment) {
    switch value {
    case .float32(let matrix): self.init(matrix)
    case .bfloat16(let matrix): self.init(matrix)
    case .codes(let matrix):
      // Moments have no zero points but zero.
      guard matrix.core.zeroPoints.array.allSatisfy({ $0 == 0 }) else { return nil }
      self.init(matrix, isRoot: old.isRoot)
    }
  }
}
