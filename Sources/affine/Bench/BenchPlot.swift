import AffinePlots
import AffineBench
import AffineTraining

/// Rates against rows of the activations, each beside its roof.
struct BenchPlot {
  let results: [BenchmarkResult]

  init(_ results: [BenchmarkResult]) { self.results = results }

  /// What one curve has in common.
  private struct Curve: Hashable {
    let weights, activations: String
    let threads, k, n: Int
  }

  var svg: String {
    var (order, groups): ([Curve], [Curve: [BenchmarkResult]]) = ([], [:])
    for result in results {
      let curve = Curve(
        weights: result.weights, activations: result.activations, threads: result.threads,
        k: result.k, n: result.n)
      if groups[curve] == nil { order.append(curve) }
      groups[curve, default: []].append(result)
    }
    let curves = order.enumerated().flatMap { place, curve -> [PlotCurve] in
      let found = (groups[curve] ?? []).sorted { $0.m < $1.m }
      let roof = found.compactMap { result in result.roof.map { (x: Double(result.m), y: $0) } }
      return [
        PlotCurve(name(curve, of: order), found.map { (Double($0.m), $0.gops) }, colour: place),
        PlotCurve("its roof", roof, marks: .points, colour: place),
      ]
    }
    return LinePlot(
      results.first?.operation ?? "", x: PlotAxis("rows (m)", isLogarithmic: true),
      y: PlotAxis(results.first?.unit ?? "", isLogarithmic: true), curves: curves
    ).svg
  }

  /// What tells a curve from the others.
  private func name(_ curve: Curve, of all: [Curve]) -> String {
    var name = "\(curve.activations) × \(curve.weights)"
    if Set(all.map(\.threads)).count > 1 {
      name += curve.threads == 1 ? ", 1 thread" : ", \(curve.threads) threads"
    }
    if Set(all.map { [$0.k, $0.n] }).count > 1 { name += ", \(curve.k) × \(curve.n)" }
    return name
  }
}
