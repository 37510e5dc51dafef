import AffineFormats
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Texts that no constant was chosen on, and what sentence-transformers makes of them:
/// `Tests/Golden/heldout.py`.
enum HeldOut {
  static let golden = Result { try Golden() }

  struct Golden {
    let texts: [String]
    /// Texts × 384.
    let embeddings: Matrix<Float>

    init() throws {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Golden")
      let text = try String(contentsOf: folder.appending(path: "heldout.txt"), encoding: .utf8)
      texts = text.split(separator: "\n").map(String.init)
      let file = try SafeTensorsFile(path: folder.appending(path: "heldout.safetensors").path())
      let halves: Matrix<Float16> = try file.matrix("embeddings")
      embeddings = halves.converted()
    }
  }

  /// The least cosine of all texts, that which 1 and 5 of 100 have at most, and the median.
  struct Distribution: CustomStringConvertible {
    let least, onePercent, fivePercent, median: Double

    init(_ cosines: [Double]) {
      let sorted = cosines.sorted()
      (least, onePercent) = (sorted[0], sorted[sorted.count / 100])
      (fivePercent, median) = (sorted[sorted.count / 20], sorted[sorted.count / 2])
    }

    var description: String {
      [least, onePercent, fivePercent, median].map { String(format: "%.5f", $0) }
        .joined(separator: " ")
    }
  }
}
