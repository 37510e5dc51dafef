import AffineFormats
import AffineQuant
import AffineTraining

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads what the commands of `affine laws` read.
enum LawsFiles {
  private static func bytes(_ path: String) throws -> Data {
    Data(try MappedFile.contents(of: path))
  }

  /// Rows of a table or of JSON, which starts with a bracket.
  static func rows(_ path: String) throws -> [LawRow] {
    let data = try bytes(path)
    do {
      let first = data.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
      if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
        return try LawRow.read(json: Array(data))
      }
      guard let text = String(data: data, encoding: .utf8) else {
        throw Failure("it is no UTF-8 text")
      }
      return try LawRow.read(csv: text)
    } catch { throw Failure("'\(path)': \(error)") }
  }

  /// The law that `affine laws fit` wrote, or the published one.
  static func law(_ path: String?) throws -> PrecisionLaw {
    struct Fit: Decodable { let law: PrecisionLaw }
    guard let path else { return .published }
    let text = try affine.text(of: path)
    guard let fit = try? decoded(Fit.self, from: text) else {
      throw Failure("'\(path)' holds no law that affine laws fit wrote")
    }
    do { try fit.law.validate() } catch { throw Failure("'\(path)': \(error)") }
    return fit.law
  }

  /// What `affine bench train-step … --format json` measured: seconds of the three products of a layer
  /// for one of its parameters and one token.
  static func recipe(_ path: String) throws -> LawCost.Recipe {
    struct Step: Decodable {
      let operation, weights, activations: String
      let m, k, n: Double
      let medianSeconds: Double
    }
    let text = try affine.text(of: path)
    guard let step = try? decoded(Step.self, from: text),
      step.operation == "train-step", step.m * step.k * step.n > 0
    else { throw Failure("'\(path)' holds no train-step that affine bench printed as JSON") }
    func bits(_ name: String) throws -> Double? {
      switch OperandType(name: name) {
      case .quantized(let type)?: Double(type.storage.bits)
      case .float?: nil
      case nil: throw Failure("'\(path)': '\(name)' is no type")
      }
    }
    return LawCost.Recipe(
      name: "\(step.activations) × \(step.weights)",
      precision: LawPrecision(
        weightBits: try bits(step.weights), activationBits: try bits(step.activations)),
      seconds: step.medianSeconds / (step.m * step.k * step.n))
  }
}
