internal import AffineQuant

/// The state as a checkpoint keeps it: one that resumes decides as if it had never stopped.
extension NoiseSwitch: Codable {
  private enum CodingKeys: String, CodingKey {
    case role, ladder, settings, level, log, rising, falling, rows, columns, average
  }

  /// - Throws: `DecodingError`, or ``PrecisionError`` for a ladder or settings that cannot be.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      role: values.decode(String.self, forKey: .role),
      ladder: values.decode([Int].self, forKey: .ladder),
      settings: values.decode(Settings.self, forKey: .settings))
    level = try values.decode(Int.self, forKey: .level)
    guard ladder.indices.contains(level) else {
      throw DecodingError.dataCorruptedError(
        forKey: .level, in: values, debugDescription: "no precision \(level) in \(ladder)")
    }
    log = try values.decode([Switch].self, forKey: .log)
    rising = try values.decode(Int.self, forKey: .rising)
    falling = try values.decode(Int.self, forKey: .falling)
    if let average = try values.decodeIfPresent([Float].self, forKey: .average) {
      let shape = Shape(
        try values.decode(Int.self, forKey: .rows), try values.decode(Int.self, forKey: .columns))
      self.average = try Matrix(shape, average)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(role, forKey: .role)
    try values.encode(ladder, forKey: .ladder)
    try values.encode(settings, forKey: .settings)
    try values.encode(level, forKey: .level)
    try values.encode(log, forKey: .log)
    try values.encode(rising, forKey: .rising)
    try values.encode(falling, forKey: .falling)
    try values.encodeIfPresent(average?.shape.rows, forKey: .rows)
    try values.encodeIfPresent(average?.shape.columns, forKey: .columns)
    try values.encodeIfPresent(average?.values.array, forKey: .average)
  }
}
