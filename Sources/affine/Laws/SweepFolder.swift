import AffineFormats
import AffineTraining

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The files of a sweep, one a run, each whole or not there.
struct SweepFolder {
  private let path: String

  /// Makes the folder if it is not there.
  init(path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { throw Failure("'\(path)' is no folder and cannot become one") }
  }

  private func file(_ name: String) -> String { "\(path)/\(name).json" }

  /// Whether a run has ended; one of another sweep is an error.
  func has(_ run: SweepRun, _ sweep: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: file(run.name)) else { return false }
    let result = try read(file(run.name))
    guard result.sweep == sweep else {
      throw Failure("'\(file(run.name))' is of another sweep: \(result.sweep), not \(sweep)")
    }
    return true
  }

  /// Writes what a run became.
  func write(_ result: SweepResult) throws {
    try AtomicFile.write(try jsonText(result), to: file(result.run.name))
  }

  /// All runs that have ended, by name.
  func results() throws -> [SweepResult] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let results = try names.filter { $0.hasSuffix(".json") }.map { try read("\(path)/\($0)") }
    guard let first = results.first else { throw Failure("'\(path)' has no run that has ended") }
    for result in results where result.sweep != first.sweep {
      throw Failure(
        "'\(path)' has runs of two sweeps: \(first.run.name) and \(result.run.name) differ")
    }
    return results.sorted { $0.order < $1.order }
  }

  private func read(_ path: String) throws -> SweepResult {
    let text = try affine.text(of: path)
    do { return try decoded(SweepResult.self, from: text) } catch {
      throw Failure("'\(path)' holds no run that affine laws sweep wrote")
    }
  }
}

extension SweepResult {
  /// Float first, then by size, tokens and bits.
  fileprivate var order: (Int, Int, Int, String) {
    let bits = [run.weightBits, run.activationBits, run.cacheBits].compactMap(\.self)
    return (bits.min() ?? 0, parameters, tokens, run.name)
  }
}
