internal import AffineMPI

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What started this process.
public enum Launcher {
  /// What launchers of MPI call the number of ranks, and the rank, in the environment.
  private static let names = [
    (size: "OMPI_COMM_WORLD_SIZE", rank: "OMPI_COMM_WORLD_RANK"),
    (size: "SLURM_NTASKS", rank: "PMIX_RANK"), (size: "PMI_SIZE", rank: "PMI_RANK"),
  ]

  /// The rank and the number of ranks that a launcher says it has started; `nil`: there is none.
  public static var announced: (rank: Int, size: Int)? {
    let environment = ProcessInfo.processInfo.environment
    for (sizeName, rankName) in names {
      guard let size = environment[sizeName].flatMap({ Int($0) }),
        let rank = environment[rankName].flatMap({ Int($0) })
      else { continue }
      return (rank, size)
    }
    return nil
  }

  /// All that the launcher started, or this process alone; once in a process.
  ///
  /// - Throws: ``CommunicationError``: several ranks, and a build without the trait `MPI`.
  public static func join() throws(CommunicationError) -> any Communicator {
    guard let (_, size) = announced else { return SingleProcess() }
    guard affine_mpi_is_built() else {
      guard size == 1 else {
        throw CommunicationError(
          "this build cannot work as \(size) ranks: 'swift build --traits MPI' makes one that can"
        )
      }
      return SingleProcess()
    }
    let ranks = try MPIRanks()
    guard ranks.size == size else {
      throw CommunicationError(
        "the launcher started \(size) ranks, and MPI knows \(ranks.size): is it that of another MPI?"
      )
    }
    return ranks
  }
}
