import AffineFormats
import AffineModels
import AffineQuant

extension QuantizeCommand {
  /// Quantizes the matrices of a file of which nothing else is known.
  func quantizeTensors(
    _ plan: QuantizationPlan, _ progress: Progress, _ execution: Execution
  ) throws -> QuantizationReport {
    let method = choices.quantizationMethod
    guard !method.needsInputs, plan.inputs == nil, choices.range == nil,
      texts.calibration.calibrate == nil, texts.text == nil
    else {
      throw Failure(
        "'\(input)' is no model that can run, a GGUF file or a folder: its matrices can be rounded by "
          + "rtn or hqq, without texts or activations")
    }
    let file = try SafeTensorsFile.open(input, copies: reading.copies)
    try plan.check(file.header.entries.filter(\.isWeight).map(\.name))
    var writer = SafeTensorsWriter()
    writer.metadata = file.header.metadata
    var layers: [LayerQuantization] = []
    for entry in file.header.entries {
      progress.show("quantizing \(entry.name)")
      guard entry.isWeight, let type = plan.type(of: entry.name) else {
        try writer.add(
          entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
        continue
      }
      let weight: Matrix<Float> = try file.matrix(entry.name)
      let start = ContinuousClock.now
      let member = LayerGroup.Member(entry.name, weight, as: type)
      let result = try method.quantize(try LayerGroup([member]), on: execution)
      guard let quantized = result.weights.first.flatMap({ $0 }) else { continue }
      try writer.add(entry.name, quantized)
      layers.append(
        LayerQuantization(
          try QuantizationCost(
            name: entry.name, weight: weight, quantized: quantized,
            bytesBefore: entry.range.count), as: type,
          seconds: start.duration(to: .now).inSeconds))
    }
    guard !layers.isEmpty else {
      throw Failure("\(input) has no float matrix named '….weight' that is to be quantized")
    }
    // Its bytes are mapped: once the output is there, the input may be gone.
    let sizeBefore = file.byteCount
    try writer.write(to: output)
    let sizeAfter = try sizeReadBack { try requireSame(try writer.firstDifference(in: output)) }
    let copied = file.header.entries.count - layers.count
    let report = ModelQuantizationReport(
      method: method.name, layers: layers, skipped: copied,
      seconds: layers.reduce(0) { $0 + $1.seconds })
    return QuantizationReport(
      report, choices, model: input, output: output, copied: copied,
      fileBytes: (sizeBefore, sizeAfter))
  }
}

extension SafeTensorsHeader.Entry {
  /// A matrix of a linear layer or an embedding.
  fileprivate var isWeight: Bool {
    shape.count == 2 && !range.isEmpty && name.before(suffix: ".weight") != nil
      && [.float32, .float16, .bfloat16].contains(element)
  }
}
