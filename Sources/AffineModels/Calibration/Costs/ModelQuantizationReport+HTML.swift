internal import AffinePlots
internal import AffineQuant

extension ModelQuantizationReport {
  /// A page that needs no other file: what the model is judged by, plots of the errors over the blocks of
  /// the model, and a row a layer; for light and dark screens.
  ///
  /// - Parameter model: What the model is called.
  /// - Returns: The page.
  public func html(model: String) -> String {
    let part = bytesBefore > 0 ? Double(bytesAfter) / Double(bytesBefore) : 1
    let calibrated = calibrationTokens > 0 ? ", calibrated on \(calibrationTokens) tokens" : ""
    let judged = judgements.map {
      "<p class=\"judged\">\($0.name.markup): <b>\($0.before.digits)</b> before, "
        + "<b>\($0.after.digits)</b> after</p>"
    }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(model.markup), quantized</title>
      <style>
      :root { color-scheme: light dark; --line: #ccc; --soft: #666; }
      @media (prefers-color-scheme: dark) { :root { --line: #444; --soft: #aaa; } }
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { text-align: right; padding: 0.2rem 0.8rem; border-bottom: 1px solid var(--line); }
      th:first-child, td:first-child { text-align: left; }
      .soft { color: var(--soft); }
      .judged { font-size: 1.2rem; }
      svg { max-width: 100%; height: auto; margin: 0.5rem 0; }
      </style>
      </head>
      <body>
      <h1>\(model.markup), quantized</h1>
      <p>\(layers.count) linear layers by \(method.markup)\(calibrated); \(skipped) stayed as they were. \
      \(bytesBefore) bytes became \(bytesAfter), \(part.digits) of the bytes, in \
      \(seconds.digits) seconds.</p>
      \(judged.joined(separator: "\n"))
      \(plots.map(\.svg).joined(separator: "\n"))
      \(table)
      <p class="soft">Weight SNR is 10 log₁₀(Σ w² / Σ (w − q)²). The output error is the root of \
      Σ (x·w − x·q)² / Σ (x·w)² over the inputs x seen in calibration, each \
      divided by its root mean square.</p>
      </body>
      </html>

      """
  }

  private var table: String {
    let headings = [
      "layer", "shape", "type", "weight SNR / dB", "output error", "bytes before", "after",
      "seconds",
    ]
    let rows = layers.map { layer in
      [
        layer.name, layer.shape.description, layer.type.name, layer.weightSignalToNoise.digits,
        layer.outputError.map(\.digits) ?? "", "\(layer.bytesBefore)", "\(layer.bytesAfter)",
        layer.seconds.digits,
      ].map { "<td>\($0.markup)</td>" }.joined()
    }
    let heading = headings.map { "<th>\($0)</th>" }.joined()
    return "<table>\n" + ([heading] + rows).map { "<tr>\($0)</tr>\n" }.joined() + "</table>"
  }

  /// Errors over the number in a layer's name, a curve for the names that differ in it alone.
  private var plots: [LinePlot] {
    let block = PlotAxis("number in the layer's name")
    let noise = curves { $0.weightSignalToNoise }
    var plots = [
      LinePlot("Weights", x: block, y: PlotAxis("signal to noise / dB"), curves: noise)
    ]
    if layers.contains(where: { $0.outputError != nil }) {
      plots.append(
        LinePlot(
          "Outputs on calibration inputs", x: block,
          y: PlotAxis("error in parts of the output", isLogarithmic: true),
          curves: curves { $0.outputError ?? .nan }))
    }
    return plots
  }

  private func curves(_ value: (LayerQuantization) -> Double) -> [PlotCurve] {
    var order: [String] = []
    var points: [String: [(x: Double, y: Double)]] = [:]
    for layer in layers {
      let (kind, number) = Self.numbered(layer.name)
      if points[kind] == nil { order.append(kind) }
      points[kind, default: []].append((Double(number), value(layer)))
    }
    return order.map { kind in
      let points = points[kind] ?? []
      return PlotCurve(kind, points, marks: points.count > 1 ? .line : .points)
    }
  }

  /// A name with `*` for its first number, and that number; 0 without.
  private static func numbered(_ name: String) -> (kind: String, number: Int) {
    let digits = "0"..."9"
    guard let start = name.firstIndex(where: { digits.contains(String($0)) }) else {
      return (name, 0)
    }
    let run = name[start...].prefix { digits.contains(String($0)) }
    return (name[..<start] + "*" + name[run.endIndex...], Int(run) ?? 0)
  }
}

extension String {
  /// As the text of an element.
  fileprivate var markup: String {
    var text = ""
    for character in self {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
    return text
  }
}

extension Double {
  /// Some four digits, without an exponent as long as that is short.
  fileprivate var digits: String {
    guard isFinite, self != 0 else { return isInfinite ? "∞" : isNaN ? "-" : "0" }
    guard magnitude < 1e15 else { return "\(self)" }
    var unit = 1.0
    while magnitude / unit >= 10_000 { unit *= 10 }
    while magnitude / unit < 1_000, unit > 1e-12 { unit /= 10 }
    let whole = (self / unit).rounded()
    // Divided by a whole power of ten, which is exact: the shortest digits are those that were kept.
    return unit >= 1 ? "\(Int(whole * unit))" : "\(whole / (1 / unit).rounded())"
  }
}
