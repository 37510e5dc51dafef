import AffineQuant
import Foundation

/// The machine a report was made on.
struct Machine: Codable {
  let cpu: String
  let instructionSets: [String]
  let cores: Int

  static var current: Machine {
    Machine(
      cpu: name, instructionSets: InstructionSet.running.allNames,
      cores: ProcessInfo.processInfo.activeProcessorCount)
  }

  private static var name: String {
    #if os(Linux)
      let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let line = info.split(separator: "\n").first { $0.hasPrefix("model name") }
      let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      return name ?? "unknown"
    #else
      return ProcessInfo.processInfo.operatingSystemVersionString
    #endif
  }
}
