public import AffineQuant

extension Trainer {
  /// The mean loss over fixed windows of the part of the text that training does not see.
  ///
  /// - Throws: ``TrainingError``: a text that is too short; a loss that is not finite.
  public func validationLoss(on execution: Execution = .standard) throws(TrainingError) -> Double {
    let recipe = recipes.recipe(validatingAt: step)
    let windows: TextCorpus.Windows
    do throws(CorpusError) {
      windows = try corpus.validationWindows(
        count: settings.validationWindows, sequence: settings.sequence)
    } catch { throw .corpus(error) }
    var (total, first) = (0.0, 0)
    while first < windows.inputs.count {
      let part = first..<min(first + settings.batch * settings.sequence, windows.inputs.count)
      let tape = Tape(flow: recipe.flow, isTraining: false, on: execution)
      let loss = try model.loss(
        Array(windows.inputs[part]), targets: Array(windows.targets[part]),
        sequence: settings.sequence, recipe: recipe, on: tape)
      total += loss.mean * Double(part.count)
      first = part.upperBound
    }
    let mean = total / Double(windows.inputs.count)
    guard mean.isFinite else { throw .notFinite(tensor: "the validation loss", step: step) }
    return mean
  }

  /// Gives trained steps their first values: those that fit the first batch.
  mutating func measureSteps(_ execution: Execution) throws(TrainingError) {
    let batch: TextCorpus.Windows
    do throws(CorpusError) {
      batch = try corpus.batch(
        step: 0, size: settings.batch, sequence: settings.sequence, seed: settings.dataSeed)
    } catch { throw .corpus(error) }
    try model.measureSteps(
      batch.inputs, targets: batch.targets, sequence: settings.sequence, recipes.recipe(at: 0),
      on: Tape(on: execution))
  }
}
