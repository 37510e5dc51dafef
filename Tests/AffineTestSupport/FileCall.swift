import FileCalls

/// A call that makes a file, or the name that it has, outlast a loss of power.
public enum FileCall: Hashable, Sendable {
  /// Writes what there is of the file or the folder of a number to its disk.
  case flush(UInt64)
  /// Gives the file of a number another name.
  case rename(UInt64)

  /// Whether they are recorded in this build.
  public static var areRecorded: Bool { file_calls_are_recorded() }

  /// The calls of this thread while `body` runs.
  public static func during(_ body: () throws -> Void) rethrows -> [FileCall] {
    forget_file_calls()
    try body()
    return (0..<count_of_file_calls()).map { place in
      let call = file_call_at(place)
      return call.is_rename ? .rename(call.number) : .flush(call.number)
    }
  }
}
