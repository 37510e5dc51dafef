internal import AffineFormats
internal import AffineLayers
internal import AffineQuant

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension Trainer {
  private static let momentPrefix = "optimizer."
  private static let average = "detector.average"
  private static let identity = "identity"

  /// Everything that the next steps depend on, and what was recorded: resuming from it gives the same
  /// losses, bit for bit.
  ///
  /// The model's tensors are named `parameter.` and the parameter's name.
  ///
  /// `record` is that of the run so far.
  ///
  /// - Throws: ``CheckpointError``, of parameters that other ranks keep too.
  public func checkpoint(_ record: TrainingRecord) throws(CheckpointError) -> Checkpoint {
    for parameter in model.parameters where parameter.isElsewhere {
      throw .missingTensor(parameter.name)
    }
    return part(record)
  }

  /// The same, of what this rank keeps.
  private func part(_ record: TrainingRecord) -> Checkpoint {
    var checkpoint = Checkpoint()
    for parameter in model.parameters {
      if !parameter.isElsewhere {
        checkpoint.tensors[Transformer.prefix + parameter.name] = parameter.value
      }
      checkpoint.set("factor.\(parameter.name)", to: parameter.learningRateFactor)
    }
    for (name, value) in optimizer.exportMoments() {
      checkpoint.tensors[Self.momentPrefix + name] = value
    }
    checkpoint.set("step", to: step)
    checkpoint.metadata[Self.identity] = RunIdentity(self).json
    if let factor = model.adapters?.factor { checkpoint.set(Transformer.factorName, to: factor) }
    checkpoint.metadata["curve"] = record.curve.text
    checkpoint.metadata["validation"] = record.validation.text
    if case .noiseTriggered(var detector) = recipes {
      if let average = detector.average { checkpoint.tensors[Self.average] = .float32(average) }
      detector.average = nil
      // Numbers and short names alone: nothing in it that JSON cannot hold.
      let encoder = JSONEncoder()
      // One state has one text.
      encoder.outputFormatting = .sortedKeys
      guard let json = try? encoder.encode(detector) else {
        preconditionFailure("a detector that JSON cannot hold")
      }
      checkpoint.metadata["detector"] = String(decoding: json, as: UTF8.self)
    }
    return checkpoint
  }

  /// The same of ranks that train together, all of which call it.
  ///
  /// - Returns: The checkpoint on the first rank, of which it is to be written once; nothing in others.
  ///   It can be resumed by any number of ranks.
  /// - Throws: ``CheckpointError``, ``TrainingError/communication(_:)``.
  public func checkpoint(
    _ record: TrainingRecord, with parallel: any DataParallel
  ) throws -> Checkpoint? {
    guard owners != nil else { return parallel.rank == 0 ? try checkpoint(record) : nil }
    var whole = part(record)
    var own = Checkpoint()
    own.tensors = whole.tensors.filter {
      shardsWeights || $0.key.hasPrefix(Self.momentPrefix)
    }
    let sent = parallel.rank == 0 ? Buffer([]) : Buffer(try own.contents())
    let parts = try named { () throws(ParallelError) in try parallel.gather(sent) }
    guard parallel.rank == 0 else { return nil }
    for part in parts.dropFirst() {
      whole.tensors.merge(try Checkpoint(contents: part).tensors) { first, _ in first }
    }
    return whole
  }

  /// Goes on where a checkpoint was taken.
  ///
  /// A run may be longer than it was going to be: learning rates and cycles of bits are from then on those
  /// of the longer one.
  ///
  /// - Returns: What was recorded until then.
  /// - Throws: ``CheckpointError`` for a checkpoint of another text, model, recipe or settings,
  ///   ``OptimizerError`` for moments that do not fit. Nothing has changed then.
  public mutating func resume(from checkpoint: Checkpoint) throws -> TrainingRecord {
    var resumed = self
    let mine = RunIdentity(self)
    guard let identity = checkpoint.metadata[Self.identity] else {
      throw CheckpointError.unknownVersion(nil)
    }
    let found = try RunIdentity(json: identity).lasting(as: mine)
    if let difference = mine.difference(from: found) {
      throw CheckpointError.otherRun(
        place: difference.place, expected: difference.mine, found: difference.other)
    }
    for (index, parameter) in model.parameters.enumerated() {
      let stored = Transformer.prefix + parameter.name
      if parameter.isElsewhere {
        let found = try checkpoint.tensor(stored).shape
        guard found == parameter.shape else {
          throw CheckpointError.wrongShape(
            tensor: stored, expected: parameter.shape, found: found)
        }
      } else {
        resumed.model.parameters[index].value = try checkpoint.tensor(
          stored, like: parameter.value)
      }
      let name = "factor.\(parameter.name)"
      let factor = try checkpoint.float(name)
      // What is frozen here and was trained there would start with moments of zero.
      guard (factor == 0) == parameter.isFrozen, factor.isFinite else {
        throw CheckpointError.wrongText(
          name: name, expected: parameter.isFrozen ? "that of a frozen parameter" : "a factor",
          found: "\(factor)")
      }
      resumed.model.parameters[index].learningRateFactor = factor
    }
    try resumed.optimizer.importMoments(
      checkpoint.tensors.filter { $0.key.hasPrefix(Self.momentPrefix) }
        .map { (String($0.key.dropFirst(Self.momentPrefix.count)), $0.value) })
    resumed.step = try checkpoint.integer("step")
    if case .noiseTriggered = recipes { resumed.recipes = try Self.detector(checkpoint) }
    var record = TrainingRecord(recipe: recipes.name, seed: settings.seed)
    record.curve = try .init(text: checkpoint.text("curve"), name: "curve")
    record.validation = try .init(text: checkpoint.text("validation"), name: "validation")
    guard resumed.step >= 0, record.curve.count == resumed.step else {
      throw CheckpointError.wrongText(
        name: "step", expected: "the \(record.curve.count) steps of its curve",
        found: "\(resumed.step)")
    }
    self = resumed
    return record
  }

  private static func detector(_ checkpoint: Checkpoint) throws -> RecipeSchedule {
    let text = try checkpoint.text("detector")
    guard text.hasFewMarks,
      var detector = try? JSONDecoder().decode(NoiseSwitch.self, from: Data(text.utf8))
    else {
      throw CheckpointError.wrongText(
        name: "detector", expected: "the state of a detector", found: text)
    }
    if case .float32(let matrix)? = checkpoint.tensors[Self.average] { detector.average = matrix }
    return .noiseTriggered(detector)
  }
}

extension [TrainingRecord.Point] {
  /// Step and the bits of the loss, point after point.
  fileprivate var text: String {
    map { "\($0.step):\(String($0.loss.bitPattern, radix: 16))" }.joined(separator: " ")
  }

  fileprivate init(text: String, name: String) throws(CheckpointError) {
    self = []
    for word in text.split(separator: " ") {
      let parts = word.split(separator: ":")
      guard parts.count == 2, let step = Int(parts[0]), let bits = UInt64(parts[1], radix: 16)
      else {
        throw .wrongText(name: name, expected: "steps and losses", found: String(word))
      }
      append(.init(step: step, loss: Double(bitPattern: bits)))
    }
  }
}
