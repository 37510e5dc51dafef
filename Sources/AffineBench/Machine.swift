import AffineQuant

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The machine a report was made on.
public struct Machine: Codable, Sendable, Hashable {
  /// Its processor, as the system calls it.
  public let cpu: String
  /// The instruction sets that kernels can use.
  public let instructionSets: [String]
  /// The cores that a process may use.
  public let cores: Int

  /// This machine.
  public static var current: Machine {
    Machine(
      cpu: name, instructionSets: InstructionSet.running.allNames,
      cores: ProcessInfo.processInfo.activeProcessorCount)
  }

  /// The file of this program.
  package static var program: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments[0]
    #endif
  }

  private static var name: String {
    #if os(Linux)
      let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let line = info.split(separator: "\n").first { $0.hasPrefix("model name") }
      let name = line?.split(separator: ":").last?.split(whereSeparator: \.isWhitespace)
      return name?.joined(separator: " ") ?? "unknown"
    #else
      // As a program: the call itself would need unsafe memory.
      let process = Process(), output = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/sbin/sysctl")
      process.arguments = ["-n", "machdep.cpu.brand_string"]
      process.standardOutput = output
      guard (try? process.run()) != nil else { return "unknown" }
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      let text = String(decoding: data, as: UTF8.self)
      let name = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return name.isEmpty ? "unknown" : name
    #endif
  }
}
