internal import AffineLayers
internal import AffineQuant

/// Linear layers of a model that read one input.
struct CalibrationSource {
  /// Their names, in the order in which they run.
  let layers: [String]
  /// The norm that writes the input, if it is one.
  let norm: String?
  /// The width of the input.
  let columns: Int

  /// Bytes that the statistics of the input take.
  var bytes: Int { columns * columns * MemoryLayout<Float>.stride }
}

extension QuantizableModel {
  /// The layers by what they read, in the order in which their inputs are known, without those of which
  /// nothing is to be quantized.
  func calibrationSources(_ plan: QuantizationPlan) -> [CalibrationSource] {
    var norms: [String: NormGroup] = [:]
    for group in normGroups { for layer in group.linears { norms[layer] = group } }
    var (sources, seen): ([CalibrationSource], Set<String>) = ([], [])
    for layer in linearNames where seen.insert(layer).inserted {
      let group = norms[layer]
      let layers = group.map { group in linearNames.filter(group.linears.contains) } ?? [layer]
      seen.formUnion(layers)
      guard layers.contains(where: { plan.type(of: $0) != nil }) else { continue }
      sources.append(
        CalibrationSource(
          layers: layers, norm: group?.norm, columns: self[linear: layer].weight.shape.columns))
    }
    return sources
  }

  /// What the first layer of each source read while the model ran.
  ///
  /// A run ends as soon as the last of the sources has been seen.
  ///
  /// - Throws: ``CalibrationError``, or an error of the model.
  func observe(
    _ sources: ArraySlice<CalibrationSource>, _ sequences: [[Int]], balancesTokens: Bool,
    on execution: Execution
  ) throws -> [InputStatistics] {
    var places: [String: Int] = [:]
    var statistics: [InputStatistics] = []
    for source in sources {
      places[source.layers[0]] = statistics.count
      statistics.append(InputStatistics(columns: source.columns, balancesRows: balancesTokens))
    }
    for tokens in sequences {
      var waiting = Set(places.keys)
      do {
        _ = try run(tokens, on: execution) { layer, input in
          guard let place = places[layer] else { return }
          do { try statistics[place].add(input, on: execution) } catch {
            throw CalibrationError.inputs(layer: layer, "\(error)")
          }
          waiting.remove(layer)
          if waiting.isEmpty { throw SeenEnough() }
        }
      } catch is SeenEnough {}
    }
    return statistics
  }
}

/// What ends a run of which nothing more is to be seen.
private struct SeenEnough: Error {}
