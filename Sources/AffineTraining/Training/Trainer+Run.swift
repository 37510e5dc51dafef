public import AffineQuant

extension Trainer {
  /// Trains until so many steps are taken.
  ///
  /// - Parameters:
  ///   - steps: All steps of the run; those taken before count.
  ///   - interval: Steps between two validations; the end is always validated.
  ///   - record: What an earlier part of the run recorded.
  ///   - execution: Threads and instruction sets; no loss depends on either.
  ///   - parallel: The ranks that train together; see ``advance(on:with:)``.
  ///   - eachStep: Called after each step, with what is recorded so far; what it throws ends the run.
  /// - Returns: What is recorded at the end.
  /// - Throws: What stops training.
  public mutating func run(
    steps: Int, validatingEvery interval: Int? = nil, continuing record: TrainingRecord? = nil,
    on execution: Execution = .standard, with parallel: (any DataParallel)? = nil,
    eachStep: (_ trainer: Trainer, _ record: TrainingRecord) throws -> Void = { _, _ in }
  ) throws -> TrainingRecord {
    var record = record ?? TrainingRecord(recipe: recipes.name, seed: settings.seed)
    let clock = ContinuousClock()
    var (elapsed, times, taken, isFirst) = (Duration.zero, StepTimes(), 0, true)
    while step < steps {
      let start = clock.now
      let report = try advance(on: execution, with: parallel)
      elapsed += clock.now - start
      times += self.times
      taken += 1
      record.curve.append(.init(step: step, loss: report.loss))
      record.tokensPerSecond = Double(taken * settings.tokens) / (elapsed / .seconds(1))
      record.times = times / taken
      if isFirst { (elapsed, times, taken, isFirst) = (.zero, StepTimes(), 0, false) }
      record.bytes = peak
      if step == steps || interval.map({ step.isMultiple(of: $0) }) ?? false {
        record.validation.append(
          .init(step: step, loss: try validationLoss(on: execution, with: parallel)))
      }
      try eachStep(self, record)
    }
    return record
  }
}
