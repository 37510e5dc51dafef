import AffineFormats
import AffineModels
import AffineQuant
import Foundation

/// all-MiniLM-L6-v2, where `AFFINE_MINILM` names its folder, and what torch makes of some texts:
/// `Tests/Golden/minilm.py`.
enum MiniLM {
  static let folder = ProcessInfo.processInfo.environment["AFFINE_MINILM"]
  static let reason = "AFFINE_MINILM must name the folder of all-MiniLM-L6-v2"

  /// Read once for all tests.
  static let embedder = Result { try TextEmbedder(folder: folder ?? "") }
  static let golden = Result { try Golden() }

  /// A text that has nothing to do with those of the reference.
  static func novel() throws -> String {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: tests.appending(path: "Corpus/persuasion.txt"), encoding: .utf8)
  }

  struct Golden {
    private struct Description: Decodable { let texts: [String] }

    let texts: [String]
    let sequences: [[Int]]
    /// Texts × 384.
    let embeddings: Matrix<Float>

    init() throws {
      let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let file = try SafeTensorsFile(
        path: tests.appending(path: "Golden/minilm.safetensors").path())
      embeddings = try file.matrix("embeddings")
      let description = Data((file.header.metadata["golden"] ?? "").utf8)
      texts = try JSONDecoder().decode(Description.self, from: description).texts
      var tokens = try Self.integers(file, "tokens")[...]
      sequences = try Self.integers(file, "lengths").map { length in
        defer { tokens = tokens.dropFirst(length) }
        return Array(tokens.prefix(length))
      }
    }

    private static func integers(_ file: SafeTensorsFile, _ name: String) throws -> [Int] {
      let bytes = try file.bytes(of: name).array
      return stride(from: 0, to: bytes.count, by: 4).map { start in
        Int(
          (0..<4).reduce(Int32(0)) {
            $0 | Int32(truncatingIfNeeded: Int(bytes[start + $1]) << (8 * $1))
          })
      }
    }
  }
}

/// The smallest cosine of a row with the same row of another matrix.
func smallestCosine(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
  cosines(a, b).min() ?? 0
}

/// The mean of the cosines.
func meanCosine(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
  cosines(a, b).reduce(0, +) / Double(a.shape.rows)
}

/// Of each row, in Double.
func cosines(_ a: Matrix<Float>, _ b: Matrix<Float>) -> [Double] {
  precondition(a.shape == b.shape && a.shape.rows > 0)
  return (0..<a.shape.rows).map { row in
    var (dot, x, y) = (0.0, 0.0, 0.0)
    for column in 0..<a.shape.columns {
      let (u, v) = (Double(a[row, column]), Double(b[row, column]))
      dot += u * v
      x += u * u
      y += v * v
    }
    return dot / (x * y).squareRoot()
  }
}
