import AffineDistributed
import AffineFormats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The processes that run this command together.
enum Ranks {
  private static let joined = Result { () throws(CommunicationError) in try Launcher.join() }

  /// All of them, or this one alone.
  static func join() throws(CommunicationError) -> any Communicator { try joined.get() }

  /// Whether this process speaks for all.
  static var isFirst: Bool {
    switch joined {
    case .success(let communicator): communicator.rank == 0
    case .failure: Launcher.announced?.rank == 0
    }
  }

  /// How long a rank that fails waits for others that fail too, to say it once.
  private static let patience = Duration.seconds(2)

  /// Ends this process when all others end too, or at once with all others where it alone fails.
  ///
  /// - Parameters:
  ///   - text: What is to be said.
  ///   - code: 0 where nothing failed.
  static func end(_ text: String, code: Int32) -> Never {
    // A launcher ends all ranks when one of them fails: where the first one speaks, the others must not be
    // those that do.
    guard case .success(let ranks) = joined else { exit(isFirst ? say(text, code: code) : 0) }
    guard ranks.size > 1 else {
      let said = say(text, code: code)
      // A launcher of one rank wants it to leave in good order too.
      _ = try? ranks.leave("", patience: nil)
      exit(said)
    }
    let words = code == 0 ? "" : text.isEmpty ? "it failed" : text
    guard let all = try? ranks.leave(words, patience: code == 0 ? nil : patience) else {
      _ = say("rank \(ranks.rank) of \(ranks.size): \(text)", code: code)
      ranks.abort(code: code)
      exit(code)
    }
    guard let failed = all.firstIndex(where: { !$0.isEmpty }) else {
      exit(ranks.rank == 0 ? say(text, code: code) : code)
    }
    guard ranks.rank == 0 else { exit(0) }
    _ = say(failed == 0 ? text : "rank \(failed) of \(ranks.size): \(all[failed])", code: 1)
    exit(code == 0 ? EXIT_FAILURE : code)
  }

  private static func say(_ text: String, code: Int32) -> Int32 {
    guard !text.isEmpty else { return code }
    do {
      try (code == 0 ? StandardStream.output : .error).write(text + "\n")
      return code
    } catch { return EXIT_FAILURE }
  }
}

/// A command that several ranks run together.
protocol RankedCommand {}
