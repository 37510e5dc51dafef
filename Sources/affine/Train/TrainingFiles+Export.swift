import AffineFormats
import AffineModels
import AffineQuant
import AffineTraining

extension TrainingFiles {
  /// Refuses before training what could not be exported after it, or would compute something else where it
  /// runs.
  func checkExport(
    of model: Transformer, by recipe: Recipe, _ initial: InitialModel?
  ) throws {
    guard export != nil else { return }
    guard !merge || model.hasAdapters else {
      throw Failure("--merge is for adapters, and the model has none")
    }
    if exportsFolder(initial) { try initial?.checkFolder(of: model) }
    guard !(exportsGGUF || exportsFolder(initial)) || !recipe.normalizesInputs else {
      let instead = initial == nil ? ": export safetensors" : ""
      throw Failure(
        "\(recipe.name) normalizes what linear layers read, and no \(exportsGGUF ? "GGUF file" : "folder") says so\(instead)"
      )
    }
    var model = model
    try model.convertWeights(for: recipe)
  }

  /// Writes the model as it computes under a recipe.
  ///
  /// - Returns: What merging cost, if adapters were merged.
  func exportModel(
    _ trainer: Trainer, _ initial: InitialModel?, on execution: Execution
  ) throws -> TrainingReport.Run.Merging? {
    if let exportAdapters {
      try initial?.writeAdapters(of: trainer.model, to: exportAdapters)
    }
    guard let export else { return nil }
    var model = trainer.model
    var merging: TrainingReport.Run.Merging?
    if merge { try model.mergeAdapters(on: execution) }
    try model.convertWeights(
      for: trainer.recipes.recipe(at: trainer.step), on: execution)
    if merge, trainer.model.hasAdapters {
      let merged = try Trainer(
        model, trainer.recipes, trainer.corpus, trainer.settings, on: execution)
      merging = TrainingReport.Run.Merging(
        before: try trainer.validationLoss(on: execution),
        after: try merged.validationLoss(on: execution))
    }
    if exportsFolder(initial) {
      try initial?.writeFolder(of: model, to: export)
      return merging
    }
    guard exportsGGUF else {
      try model.checkpoint.write(to: export)
      return merging
    }
    if let file = initial?.gguf {
      try GGUFWriter(model, trainedFrom: file).write(to: export)
      return merging
    }
    var writer = try GGUFWriter(model)
    writer.setByteTokens()
    writer.metadata["general.name"] = .string("trained by affine")
    try writer.write(to: export)
    return merging
  }

  /// What lies in a GGUF file that was written, unless it went to a device or a pipe, which gives nothing back.
  func exportedFile(_ initial: InitialModel?) throws -> TrainingReport.Run.Export? {
    guard exportsGGUF, let export, try !OutputPlace(export).isStream else { return nil }
    let file = try GGUFFile.open(export)
    var types: [String: Int] = [:]
    for tensor in file.tensors { types[tensor.type.name, default: 0] += 1 }
    return TrainingReport.Run.Export(
      file: export, bytes: file.byteCount, bytesBefore: initial?.gguf?.file.byteCount,
      types: types)
  }
}
