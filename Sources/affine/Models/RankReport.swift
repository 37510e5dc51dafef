import AffineBench
import AffineDistributed
import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant

/// What ranks that run a model together hold and send, as scripts read it.
struct RankReport: Encodable {
  let count: Int
  /// Of each rank: the weights that it holds, the largest memory of its process, and what it sent to others.
  let weightBytes, peakResidentBytes, sentBytes: [Int]

  /// Gathers it, on all ranks; `nil`: there is one.
  init?(_ exchange: LayerExchange, _ model: LanguageModel) throws {
    guard exchange.size > 1 else { return nil }
    let own = [model.decoder.byteCount, ResidentMemory.peakBytes, exchange.sentBytes]
    let all = try exchange.share(Buffer(own).bytes).viewed(as: Int.self).array
    let size = exchange.size
    func part(_ index: Int) -> [Int] { (0..<size).map { all[$0 * own.count + index] } }
    (count, weightBytes, peakResidentBytes, sentBytes) = (size, part(0), part(1), part(2))
  }
}
