/// The sequences that a model is run on to see the inputs of its layers, and how.
public struct CalibrationSettings: Sendable, Hashable {
  /// Tokens, a sequence a run.
  public var sequences: [[Int]]
  /// Into how many parts the layers are divided, in the order in which they run.
  ///
  /// 1: every layer sees what it would see in the float model. More: each part sees what the parts
  /// before it write when they are quantized, so that it makes up for some of their errors; the model
  /// runs once a part, up to that part.
  /// The papers have a part a block.
  public var parts = 1
  /// Whether every token counts as much as any other, however large its inputs are; the papers sum inputs
  /// as they are. See ``InputStatistics/init(columns:balancesRows:)``.
  public var balancesTokens = true
  /// Bytes that statistics may take at once; layers that do not fit wait for another run.
  public var memory = 1 << 30

  /// Collects sequences.
  ///
  /// - Parameter sequences: Tokens of texts, each read from nothing.
  public init(_ sequences: [[Int]] = []) { self.sequences = sequences }

  /// Neighbours that are seen in one run.
  func windows(of sources: [CalibrationSource]) -> [Range<Int>] {
    let count = min(max(parts, 1), max(sources.count, 1))
    var windows: [Range<Int>] = []
    for part in 0..<count {
      let end = sources.count * (part + 1) / count
      var (start, bytes) = (sources.count * part / count, 0)
      for index in start..<end {
        bytes += sources[index].bytes
        if bytes > memory, index > start {
          windows.append(start..<index)
          (start, bytes) = (index, sources[index].bytes)
        }
      }
      windows.append(start..<end)
    }
    return windows
  }
}
